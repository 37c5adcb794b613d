"""docs/protocol.md, sections "Random streams", "Rows" and "Batches", in plain Python.

The literal numbers in Tests/TorchTests and Tests/StreamsTests were computed with it:
    python3 Scripts/reference/protocol_streams.py [MTL5_DIRECTORY]
"""
import json
import sys

MASK = (1 << 64) - 1


class RandomStream:
    def __init__(self, *key):
        self.state = 14695981039346656037
        for byte in "/".join(str(part) for part in key).encode():
            self.state = ((self.state ^ byte) * 1099511628211) & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return (self.next() * n) >> 64

    def shuffle(self, a):
        for i in range(len(a) - 1, 0, -1):
            j = self.below(i + 1)
            a[i], a[j] = a[j], a[i]
        return a


def shuffled(count, *key):
    return RandomStream(*key).shuffle(list(range(count)))


def training_rows(labels, per_class, seed, task, limit=None, held=()):
    held = set(held)
    if per_class is None and limit is None:
        return [row for row in range(len(labels)) if row not in held]
    taken, seen = [], {}
    for row in shuffled(len(labels), seed, "rows", task):
        if row in held:
            continue
        if limit is not None and len(taken) >= limit:
            break
        if per_class is None or seen.get(labels[row], 0) < per_class:
            seen[labels[row]] = seen.get(labels[row], 0) + 1
            taken.append(row)
    return sorted(taken)


def test_rows(count, limit, task):
    return list(range(count)) if limit is None else sorted(shuffled(count, "test", task)[:limit])


def validation_part(texts, task):
    """The fifth of the rows with the lowest hashes of their texts, from the lowest."""
    hashes = sorted((RandomStream("validation", task, text).next(), row) for row, text in enumerate(texts))
    count = -(-len(texts) // 5)
    return [row for hash, row in hashes if count and hash <= hashes[count - 1][0]]


def split_rows(count, task):
    """A user's file without "split": (train, test); the last fifth of the shuffle is test."""
    order = shuffled(count, "split", task)
    cut = count - count // 5
    return sorted(order[:cut]), sorted(order[cut:])


def batches(lengths, batch_size, seed, task, epoch):
    stream = RandomStream(seed, "order", task, epoch)
    order = stream.shuffle(list(range(len(lengths))))
    plan = []
    for start in range(0, len(order), 8 * batch_size):
        chunk = sorted(order[start:start + 8 * batch_size], key=lambda p: (lengths[p], p))
        plan += [chunk[i:i + batch_size] for i in range(0, len(chunk), batch_size)]
    return stream.shuffle(plan)


def main():
    stream = RandomStream(0, "order", "agnews", 2)
    print("0/order/agnews/2 next", [stream.next() for _ in range(4)])
    stream = RandomStream(18446744073709551615, "größe")
    print("max/größe next", [stream.next() for _ in range(2)])
    stream = RandomStream("test", "agnews")
    print("test/agnews below", [stream.below(n) for n in (10, 10, 10, 7, 1, 2**63 - 1, 1000)])
    print("1/rows/x shuffle 12", shuffled(12, 1, "rows", "x"))
    letters = list("abbacabcaabbccabcaba")
    print("per class 2", training_rows(letters, 2, 7, "toy"), "per class 5", training_rows(letters, 5, 7, "toy"))
    print("6 rows", training_rows(letters, None, 7, "toy", 6), "at most 2 of a label", training_rows(letters, 2, 7, "toy", 5))
    print("free answers, 3", training_rows([""] * 20, 3, 7, "toy"))
    part = validation_part([f"text {row // 2}" for row in range(20)], "toy")  # every text twice
    print("validation part", part, "first 3", sorted(part[:3]))
    print("per class 2 beside it", training_rows(letters, 2, 7, "toy", held=part), "all", training_rows(letters, None, 7, "toy", held=part),
          "6 rows", training_rows(letters, None, 7, "toy", 6, held=part))
    print("validation part of 3 texts", validation_part(["a", "b", "a"], "toy"))
    print("test 20 limit 6", test_rows(20, 6, "toy"))
    print("split 12", split_rows(12, "mine"))
    lengths = [(i * i) % 7 + 3 for i in range(21)]  # many ties
    print("batches of 2, epoch 0", batches(lengths, 2, 3, "toy", 0))
    print("batches of 2, epoch 1", batches(lengths, 2, 3, "toy", 1))
    print("batches of 4", batches(lengths, 4, 3, "toy", 0))
    if len(sys.argv) > 1:
        for task in ("agnews", "amazon", "dbpedia", "yahoo"):
            rows = json.load(open(f"{sys.argv[1]}/{task}/train.json"))
            train = [row["label"] for row in rows]
            test = json.load(open(f"{sys.argv[1]}/{task}/test.json"))
            taken = training_rows(train, 60, 0, task)
            print(task, len(train), len(test), "per class 60:", len(taken), taken[:5], sum(taken))
            part, chosen = validation_part([row["sentence"].strip() for row in rows], task), test_rows(len(test), 200, task)
            print("  validation part:", len(part), "200 of it:", sum(part[:200]), "test 200:", chosen[:5], sum(chosen),
                  "per class 60 beside it:", sum(training_rows(train, 60, 0, task, held=part)))


if __name__ == "__main__":
    main()

extension AdapterProgram {
  /// How `predict.py` reads a file of rows: as `RequestRow` does.
  static let rows = #"""
    class Problem(Exception):
        """Why a row, or a file, cannot be answered; with the row's line."""

        def __init__(self, line, text):
            super().__init__(f"line {line}: {text}" if line else text)
            self.line = line


    def rows_of(data):
        """Lines and rows of a file: JSONL, one JSON array, or a table with the columns' names in its first line; each also gzipped."""
        try:
            text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("utf-8-sig")
        except (OSError, EOFError, ValueError) as error:
            raise Problem(None, f"expected UTF-8 text, also gzipped, got other bytes ({error})") from None
        start = text.lstrip()[:1]
        if start == "[":
            yield from rows_of_array(text)
        elif start in ("{", ""):
            for line, part in enumerate(text.split("\n"), 1):
                if part.strip():
                    try:
                        yield line, JSON.decode(part)
                    except (ValueError, RecursionError) as error:
                        yield line, Problem(line, f"expected a JSON object, got text that is not JSON ({error})")
        else:
            yield from rows_of_table(text)


    def once(members):
        """An object whose names stand once each."""
        row = dict(members)
        if len(row) < len(members):
            raise ValueError("a name that stands twice")
        return row


    def finite(text):
        if abs(float(text)) == float("inf"):
            raise ValueError(f"{text}, which is too large")
        return float(text)


    def no_number(text):
        raise ValueError(f"{text}, which JSON does not have")


    # As strict as Accrete is: what it refuses is not answered here either.
    JSON = json.JSONDecoder(object_pairs_hook=once, parse_float=finite, parse_constant=no_number)


    def rows_of_array(text):
        position, seen, line, before = text.index("[") + 1, 0, 1, "["
        while True:
            position = re.compile(r"[ \t\r\n]*").match(text, position).end()
            line, seen = line + text.count("\n", seen, position), position
            mark = text[position : position + 1]
            if mark == "]" and before != "," and not text[position + 1 :].strip():
                return
            if before == "{":
                if mark != ",":
                    raise Problem(line, f"expected a comma or the array's end, got {text[position : position + 20]!r}")
                position, before = position + 1, ","
                continue
            try:
                row, position = JSON.raw_decode(text, position)
            except (ValueError, RecursionError) as error:
                raise Problem(line, f"expected an array of JSON objects, got text that is not JSON ({error})") from None
            yield line, row
            before = "{"


    def rows_of_table(text):
        # The first line's separators outside of quotation marks decide, or what Excel is told there: sep=;
        stated = re.match(r'"?sep=([,;\t])"?\r?(\n|$)', text)
        head = re.sub(r'"[^"]*"', "", re.match(r'([^"\r\n]|"[^"]*")*', text)[0])
        separator = stated[1] if stated else max(",\t;", key=head.count)
        csv.field_size_limit(1 << 24)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        names, line = None, 1
        try:
            for fields in reader:
                # A record may go over several lines: its line is the first.
                record, line = line, reader.line_num + 1
                if not fields or (stated and record == 1):
                    continue
                if names is None:
                    names = [name.strip() for name in fields]
                    if len(set(filter(None, names))) < len(list(filter(None, names))):
                        raise Problem(record, f"expected every column's name once, got {names}")
                elif len(fields) != len(names):
                    yield record, Problem(record, f"expected {len(names)} fields, as the first line has, got {len(fields)}")
                elif len(names) == 1 or any(fields):
                    # An empty cell of these says nothing.
                    yield record, Table((name, cell) for name, cell in zip(names, fields) if name and (cell or name not in ("id", "split")))
        except csv.Error as error:
            raise Problem(line, f"expected a table, got another text ({error})") from None


    class Table(dict):
        """A row of a table: its cells are texts."""


    def under(columns, row, line):
        """A row with its fields under our names. A field that has one of our names and is not meant is left out."""
        if not isinstance(row, dict) or not columns:
            return row
        answers = ("label", "labels", "answer", "completion", "output", "split")
        for own, theirs in columns.items():
            if theirs not in row and own not in answers:
                return Problem(line, f"expected the column {theirs!r}, which --columns names for {own}, got {sorted(row)}")
        left = {"instruction", "cue", *columns, *columns.values()}
        rest = {name: value for name, value in row.items() if name not in left}
        return type(row)(rest | {own: row[theirs] for own, theirs in columns.items() if theirs in row})


    ROLES = ("system", "developer", "user", "assistant", "tool", "function", "ipython")
    SPEAKERS = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system"}


    def spoken(row, name):
        """A text that may be missing or blank."""
        return row[name] if (row.get(name) or "").strip() else None


    def question_of(row):
        """What a row in Alpaca's form asks: the instruction, and the input on a line of its own."""
        return row["instruction"] + ("\n" + row["input"] if spoken(row, "input") else "")


    def structure(row, name):
        """A list of a row. A table's cell holds it as JSON; where that is blank, there is none."""
        value = row.get(name)
        if isinstance(row, Table) and value is not None:
            try:
                return JSON.decode(value) if value.strip() else None
            except RecursionError:
                raise ValueError(f"the {name}, nested too deeply") from None
        return value


    def tools_of(row):
        """The functions that may be called; only rows with messages have them."""
        tools = structure(row, "tools") if "messages" in row or asks_turns(row) else None
        if tools is not None and not isinstance(tools, list):
            raise ValueError(f"the tools {tools!r}")
        return tools or None


    def asks_turns(row):
        """Whether a row's prompt is a list of messages."""
        prompt = row.get("prompt")
        return isinstance(prompt, list) and isinstance(next(iter(prompt), None), dict)


    def turns_in(messages):
        """Messages as a template takes them."""
        turns = []
        for turn in messages:
            rest = {name: value for name, value in turn.items() if value is not None and name not in ("role", "content", "weight")}
            content = turn.get("content")
            if isinstance(content, list):
                content = "\n".join(part["text"] for part in content)
            elif content is None and rest:
                content = ""
            turns.append({"role": turn["role"], "content": content} | rest)
        return turns


    def turns_of(row):
        """A row's conversation, with its answer where it has one."""
        if "messages" in row:
            return turns_in(structure(row, "messages"))
        if asks_turns(row):
            # Nobody may have written the completion yet.
            answer = row.get("completion")
            is_empty = answer is None or isinstance(answer, str) and not answer.strip()
            return turns_in(row["prompt"] + ([] if is_empty else answer))
        turns = [{"role": "system", "content": row["system"]}] if spoken(row, "system") else []
        if "conversations" in row:
            said = structure(row, "conversations")
            return turns + [{"role": SPEAKERS[turn["from"]], "content": turn["value"]} for turn in said]
        for question, answer in structure(row, "history") or []:
            turns += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        turns.append({"role": "user", "content": question_of(row)})
        return turns + ([{"role": "assistant", "content": label(row, "output")}] if "output" in row else [])


    def label(row, name):
        """A right answer. It is not asked, and has to be one."""
        value = row[name]
        if not isinstance(value, (str, int)) or not str(value).strip():
            raise ValueError(f"the {name} {value!r}")
        return value if isinstance(value, str) else json.dumps(value)


    def named(row):
        """A row's own id, as it came."""
        id = row.get("id") if isinstance(row, dict) else None
        return {"id": id} if isinstance(id, (str, int)) and not isinstance(id, bool) and str(id).strip() else {}


    def asked(row, is_chat):
        """What a row asks: a text, or of a task that learned from conversations its turns; and the functions that these may call.

        The last turn of the model is the row's own answer, and is not asked.
        """
        if not isinstance(row, dict):
            raise ValueError("another JSON value")
        if "id" in row and not named(row):
            raise ValueError(f"the id {row['id']!r}")
        forms = [name for name in ("text", "prompt", "messages", "conversations") if name in row]
        if len(forms) > 1 or not forms and "instruction" not in row:
            raise ValueError(f"the fields {sorted(row)}")
        if forms in (["text"], ["prompt"]) and not asks_turns(row):
            text = row[forms[0]]
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"the {forms[0]} {text!r}")
            for name in [name for name in ("label", "answer", "completion") if name in row and "labels" not in row][:1]:
                if row[name] is not None and str(row[name]).strip():
                    label(row, name)
            text.encode()  # Half of a pair of surrogates is no text.
            return text.strip() if forms == ["text"] else text, None
        turns, tools = turns_of(row), tools_of(row)
        if any(turn["role"] not in ROLES or not isinstance(turn["content"], str) for turn in turns):
            raise ValueError("a turn without a known role, or without a text")
        if turns[-1:] and turns[-1]["role"] == "assistant":
            del turns[-1]
        if all(turn["role"] in ("system", "developer") for turn in turns):
            raise ValueError("nothing that is asked")
        if is_chat:
            return turns, tools
        if forms:
            raise ValueError("a conversation, and the task learned from plain texts")
        return question_of(row) + "\n", None
    """# + "\n"
}

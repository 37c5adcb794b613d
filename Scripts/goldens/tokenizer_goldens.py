#!/usr/bin/env python3
"""What Python's `tokenizers` makes of many texts: the goldens of TokenizationTests.

    python Scripts/goldens/tokenizer_goldens.py \
        --tokenizer Sources/accrete/Resources/base/seedling/tokenizer.json \
        --out Tests/TokenizationTests/Resources/tokenizer_goldens.json

Each variant is the given tokenizer with some keys replaced ("patch"; "model" is merged into the model, and
"merge_lines" writes the merges as lines). A case is [text, ids with special tokens, decoded text or null when it is the
text]. The output is the same for the same tokenizer and version of `tokenizers`.
"""

import argparse
import copy
import json
import random

import tokenizers

ENGLISH = """The quick brown fox jumps over the lazy dog.
It's what we'd call "state-of-the-art" — they've said so, haven't they? I'm sure you'll agree they're right.
IT'S WE'D THEY'VE I'M YOU'LL THEY'RE DON'T It'S we'D You'Ll they'Re 'Twas 'tis rock'n'roll
'sa 'Sa 'ta 'Ta 'rea 'REa 'Rea 'vea 'VEa 'ma 'Ma 'lla 'LLa 'lLa 'da 'Da ''s '''ll 's's's 're're
'\u017fa 'S\u017f \u017f's a'\u017fb '\u212aa '\ufb06a '\u1e9ea
o'clock d'être l'été ’s ’t ’re it’s we’ll
Mr. Smith (1865-1943), a.k.a. "Smitty", earned $1,234,567.89 in 1931; 3.14159 isn't 22/7.
Anti-disestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis floccinaucinihilipilification
e-mail: someone.else+tag@example.co.uk http://www.example.com/path?query=1&other=%20x#frag
!!! ??? ... ---- ____ **** //// \\\\\\\\ ~~~~ #### @@@@ $$$$ %%%% ^^^^ &&&& (((( )))) [[[[ ]]]] {{{{ }}}}
word,word ,word , word;word :word: «quoted» “quoted” ‘quoted’ „quoted“
Title: Intel Seen Readying New Chips (Reuters)\nText: Reuters - Intel Corp. (INTC.O) this week is\\expected to
a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
camelCaseWordsAndSHOUTINGWords with_snake_case and-kebab-case XMLHttpRequest iPhone15Pro
""".split("\n")

LANGUAGES = """今天天气很好，我们去公园散步吧。
《红楼梦》是中国古典四大名著之一，作者曹雪芹（约1715年—约1763年）。
中英mixed文本with数字123和标点！？…… “引号”
繁體中文也要測試：龍、鳳、龜。
日本語のテキスト。ひらがな、カタカナ、漢字、ﾊﾝｶｸ。東京都渋谷区１２３番地
한국어 텍스트입니다. 대한민국 서울특별시 ㄱㄴㄷ
Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. STRASSE/Straße/STRAẞE
Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
Der „Bürgermeister“ sagte: »Schön!« – 1.234,56 €
Voix ambiguë d’un cœur qui au zéphyr préfère les jattes de kiwis.
El veloz murciélago hindú comía feliz cardillo y kiwi. ¿Qué? ¡Ñandú!
Съешь же ещё этих мягких французских булок, да выпей чаю.
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΟΔΥΣΣΕΥΣ ὀδυσσεύς
דג סקרן שט בים מאוכזב ולפתע מצא חברה. שָׁלוֹם
نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ١٢٣٤٥٦٧٨٩٠
مُحَمَّد رَسُولُ ۱۲۳ فارسی می‌خواهم
हिन्दी में परीक्षण: नमस्ते दुनिया १२३४५ क्षत्रिय
ทดสอบภาษาไทย ๑๒๓๔ สวัสดีครับ
தமிழ் বাংলা తెలుగు ಕನ್ನಡ മലയാളം ગુજરાતી ਪੰਜਾਬੀ සිංහල မြန်မာ ខ្មែរ ລາວ བོད
Việt Nam: Tiếng Việt có dấu, Đường Nguyễn Huệ
Türkçe: İstanbul ısırgan ĞÜŞİÖÇ ığdır
Amharic አማርኛ Georgian ქართული Armenian Հայերեն Cherokee ᏣᎳᎩ Ogham ᚛ᚑᚌᚐᚋ᚜ Runes ᚠᚢᚦ
𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙𝟚𝟛 𝓈𝒸𝓇𝒾𝓅𝓉 𐍈𐌰𐌽𐌰 𒀀𒁀 𠀀𠮷 𞤀𞤁 Ａｂｃ１２３
""".split("\n")

CODE = [
    "def f(x: int) -> int:\n    return x ** 2  # square\n\n\nprint(f(12345))\n",
    "for (int i = 0; i < n; ++i) {\r\n\tsum += a[i] * b[i];\r\n}\r\n",
    "let xs = [1, 2, 3].map { $0 * 2 }.filter { $0 > 1_000 }\n",
    "SELECT * FROM t WHERE a='it''s' AND b <> \"x\" -- comment\n",
    '{"key": "value", "n": [1, 2.5e-10, null, true], "u": "\\u00e9\\n"}',
    '<div class="a b">text &amp; more</div>\n<!-- comment -->',
    "\\frac{\\alpha}{\\beta} \\sum_{i=0}^{\\infty} x_i^2",
    "#!/bin/sh\nset -eu\necho \"$HOME\" | sed 's/a/b/g' > /dev/null 2>&1\n",
    "a\tb\t\tc\t\t\td\n\t\te\n \t \tf",
    "if x:\n        pass\n    else:\n            y = 0xDEADBEEF & ~0b1010\n",
]

EMOJI = [
    "😀 😃😄 🎉🎉🎉 text😀text", "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🏴‍☠️ 👍🏿👍🏻", "🇩🇪🇨🇳🇺🇸 flags 🇬🇧 1️⃣2️⃣ #️⃣ ☺️ ☺ ❤️‍🔥",
    "emoji 😀's 😀're 😀123 123😀 \u200d\ufe0f",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 🫠🫨🩷",
]

ACCENTS = [
    "\u00e9 e\u0301 \u00c5 A\u030a \u212b \u1e69 s\u0323\u0307 s\u0307\u0323",
    "cafe\u0301 caf\u00e9 nai\u0308ve na\u00efve",
    "\u0301start \u0301\u0302 a\u0301\u0302\u0303\u0304b \u20dd",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0316\u031dl\u0320\u0353g\u0321o\u0315",
    "\u1100\u1161\u11a8 \uac01 \u0958 \u0915\u093c \ufb1d \u2126 \u1f71",
    "\u0344 \u0340 \u0341 \u0374 \u037e \u0387 \u2000\u2001 \uf900\ufa30",
]

NUMBERS = [
    "0 1 12 123 1234 12345 123456 1234567 12345678", "abc123def4567gh 1a2b3c 1,000,000 1.5e10 +49-30-1234567",
    "\u0661\u0662\u0663\u0664 \u0967\u0968\u0969\u096a \uff11\uff12\uff13\uff14 \u00b2\u00b3\u00b9 \u00bd\u00be",
    "\u2160\u2161\u2162 \u2460\u2461\u2462\u2463 \u3007\u3021\u3022 \u4e00\u4e8c\u4e09 \U0001d7d8\U0001d7d9\U0001d7da1",
    " 1  2   3    4\n5\n\n6\t7", "1\u0661\uff112\u00b2 \u0bf0\u0bf1 \U00010107\U00010108",
]

SPACES = [
    "", " ", "  ", "   ", "\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\t", "\t\t", " \n", "\n ", " \n ",
    "  \n  ", "\n \n", "a ", " a", "  a", "   a", "a  ", "a  b", "a   b", "a\nb", "a\n\nb", "a \n b",
    "a  \n  b", "a\r\nb", "a\n\rb", "a\t b", "a \tb", "a\t\tb", "\t\ta", " \ta", "\t a", "  1", " 1", "\n1",
    "\t1", "  !", " !", "\n!", "\t!", "\t !", "!\n", "!\n\n", "! \n", "!\r\n \r\n", "...\n\n\nx",
    " ...\r\r\n  x", "a\n  \n  b", "a\n\n  ", "a  \n\n", "\n\n\n   \n a", "a" + " " * 50 + "b", " " * 200,
    "\n" * 100, "\t" * 64, "x" + "\n" * 40 + "y", ("\r\n" * 20) + "z", " \t" * 30 + "q", "a\u00a0b",
    "a\u00a0 b", "a \u00a0b", "\u00a0\u00a0a", "\u00a0!", "\u00a01", "a\u2028b", "a\u2028\u2028b",
    "\u2028\nb", "a\u2029b", "a\u0085b", "\u0085\u0085a", "a\u000bb", "a\u000cb", "\u000b\u000c \u000b!",
    "a\u3000b", "\u3000\u3000漢", "a\u200bb", "a\ufeffb", "\ufeffa", "a\u202fb \u205f\u1680x",
    "\u180ea \u180e", "a\u2003\u2003b", "\u2003\n\u2003b", "\x1c\x1d\x1e\x1fa", "a\x1cb", " \x1c ",
    "\u2060a\u200e\u200fb",
]

CONTROLS = [
    "\x00", "a\x00b", "\x00\x01\x02\x03\x04\x05\x06\x07\x08", "\x0e\x0f\x10\x11\x7f\x80\x81\x9f",
    "\x1b[31mred\x1b[0m", "\ufffd", "\ufffd\ufffdx", "\ufffe\uffff", "\U0010ffff \U000fffff", "\ue000\uf8ff",
    "\u00ad soft\u00adhyphen", "\x7f'\x7fs",
]

SPECIAL = [
    "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|endoftext|><|endoftext|>", "<|endoftext|",
    "|endoftext|>", "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n", "<<|im_end|>>",
    "<|im_end|>\n\n", "  <|im_start|>  x", "\n<|im_start|>\n", "<|pad|><|pad|>x<|pad|>", "<|PAD|>",
    "< |pad|>", "<|im_start|> <|im_end|> \n<|im_start|>b", "\u00a0<|im_start|>\u2028x<|im_end|>\u3000\u0085y",
    "it<|pad|>'s", "<|im_end|> <|im_end|>  <|im_start|><|im_start|> ", "<|endo<|endoftext|>ftext|>",
    " <|pad|> 1<|pad|>2", "x <tool> y", "<tool><tools> <tools", "<tool\u00e9>",
    "<tool\u0065\u0301> <toole\u0301>", "a <strip> b \n<strip>\t c", "Ça", "<\u212b> <\u00c5> <A\u030a>",
    "<|im_end|>\n\n\n", "x \n\n\n \n\n\n\ny",
    "re\u0301sume\u0301 <tool\u00e9>r\u00e9sum\u00e9", "<strip>  <|endoftext|>  <strip>",
    "ab <tools>'s <tool>'S",
]

UNICODE_EDGES = [
    # Letters of Unicode 15.1, 16 and 17: which of them are letters depends on the version.
    "a\U0002ebf0b \U0002ebf0", "a\u1c89b x\u1c8a! \u1c89", "a\U00010d40\U00010d41b 1\U00010d42",
    "x\ua7cf!a\ua7cea", "1\U00011de01", "!\U00033479a", "\u0378 a\u0378b",
    "\u02b0\u02c6\u02d8 x\u02b0y \u00aa\u00ba \u01c5\u01c8", "\u24b6\u24d0 \U0001f130 \u2070\u207f",
    "\u0903a\u093e \u0e31\u0e32 x\u0301y", "_a _1 a_ 1_ \u203fa", "+a -1 \u2212b =c \u00d7d \u00f7e",
    "`a ^b \u00a8c \u00b4d \u02dce", "$a \u20acb \u00a3c \u00a5d", "\u16ee\u16ef\u16f0a",
    "\u3038\u3039\u3006a \u303b", "\u0df4a \u0e2f",
]

LONG = [
    "a" * 300, "ab" * 200, "abc" * 100, "the" * 120, "in" * 33, "supercalifragilisticexpialidocious" * 8,
    "é" * 70, "漢字" * 40, "=" * 150, "-=" * 80, "0123456789" * 20, "😀" * 40, "and the " * 40, "ing" * 21 + "s",
    "ing" * 22, "e" * 63, "e" * 64, "e" * 65, "e" * 66, " " + "e" * 64, "THE" * 30, "qzxj" * 30,
]

FRAGMENTS = [
    " ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "'", "'s", "'LL", "'Re", "'\u017f", "a", "The",
    " the", "ing", "STRASSE", "ß", "é", "e\u0301", "\u0301", "漢", "字", "ا", "ש", "1", "23", "4567", "\u0661",
    "²", "!", "...", " -", "—", "(", ")", '"', "😀", "\u200d", "\ufe0f", "👩🏽‍💻", "<|im_end|>", "<|im_start|>",
    "<|", "<tool>", "<tools>", "<strip>", "\x00", "\x85", "\U0001d7d8", "\u3000", "_", "\\", "http://", "é",
]


def texts(rng: random.Random, mixed: int) -> list[str]:
    fixed = ENGLISH + LANGUAGES + CODE + EMOJI + ACCENTS + NUMBERS + SPACES + CONTROLS + SPECIAL + UNICODE_EDGES + LONG
    found = list(fixed)
    for _ in range(mixed):
        found.append("".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(2, 14))))
    return list(dict.fromkeys(found))


def added(identity: int, content: str, **changes) -> dict:
    token = {
        "id": identity,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": False,
    }
    return {**token, **changes}


def split(pattern: str) -> dict:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def byte_level(**changes) -> dict:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False, **changes}


def sequence(*parts: dict) -> dict:
    return {"type": "Sequence", "pretokenizers": list(parts)}


REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LETTERS = r"|[^\r\n\p{L}\p{N}]?\p{L}+|"
FOLDED = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
EITHER_CASE = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
O200K = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


def variants(base: dict) -> list[dict]:
    size = max(max(base["model"]["vocab"].values()), max(t["id"] for t in base["added_tokens"])) + 1
    first = [dict(token) for token in base["added_tokens"]]
    stripping = [dict(t, lstrip=t["content"] == "<|im_start|>", rstrip=t["content"] == "<|im_end|>") for t in first]
    more = stripping + [
        added(size, "<tool>"),
        added(size + 1, "<tools>", normalized=True),
        added(size + 2, "<strip>", lstrip=True, rstrip=True),
        added(size + 3, "<tool\u00e9>", normalized=True),
        added(size + 4, "<toole\u0301>", special=True),
        added(size + 5, "<\u212b>", normalized=True),
        added(size + 6, "\n\n\n", lstrip=True),
    ]
    start, end = first[0], first[2]
    template = {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": start["content"], "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": end["content"], "type_id": 0}},
        ],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {
            t["content"]: {"id": t["content"], "ids": [t["id"]], "tokens": [t["content"]]} for t in (start, end)
        },
    }
    return [
        {"name": "as it is", "mixed": 240, "every": 1, "patch": {}},
        {
            "name": "Llama-3 pattern, template, stripping tokens",
            "mixed": 40,
            "every": 2,
            "patch": {
                "pre_tokenizer": sequence(split(FOLDED + LETTERS + r"\p{N}{1,3}" + REST), byte_level()),
                "post_processor": {"type": "Sequence", "processors": [byte_level(), template]},
                "added_tokens": more,
                "model": {"ignore_merges": True},
            },
        },
        {
            "name": "GPT-2 pattern, NFC, prefix space, merges as lines",
            "mixed": 40,
            "every": 2,
            "merge_lines": True,
            "patch": {
                "pre_tokenizer": byte_level(add_prefix_space=True, use_regex=True),
                "normalizer": {"type": "NFC"},
                "added_tokens": more,
            },
        },
        {
            "name": "either case, all numbers together, prefix space on each word",
            "mixed": 30,
            "every": 3,
            "patch": {
                "pre_tokenizer": sequence(
                    split(EITHER_CASE + LETTERS + r"\p{N}+" + REST), byte_level(add_prefix_space=True)
                )
            },
        },
        {
            "name": "a pattern for ICU",
            "mixed": 40,
            "every": 3,
            "patch": {"pre_tokenizer": sequence(split(O200K), byte_level())},
        },
    ]


def patched(base: dict, variant: dict) -> dict:
    result = copy.deepcopy(base)
    for key, value in variant["patch"].items():
        if key == "model":
            result["model"].update(value)
        else:
            result[key] = value
    if variant.get("merge_lines"):
        result["model"]["merges"] = [" ".join(pair) for pair in result["model"]["merges"]]
    return result


def decodes(tokenizer, rng: random.Random) -> list:
    """Ids in random order: mostly no valid UTF-8."""
    size = tokenizer.get_vocab_size()
    letters = "âãäåæçèéïðñòóôõĢģĤĥĦħĨŁłľ½¿Ŀ¤¨a"
    low = [identity for identity in map(tokenizer.token_to_id, letters) if identity is not None]
    found = []
    for index in range(120):
        pool = low if index % 2 else range(size)
        ids = [rng.choice(pool) for _ in range(rng.randint(1, 12))]
        if index % 5 == 0:
            ids.insert(rng.randint(0, len(ids)), rng.randint(0, 3))
        found.append(
            [ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokenizer", required=True, help="a byte-level tokenizer.json")
    parser.add_argument("--out", required=True, help="the JSON file to write")
    arguments = parser.parse_args()
    with open(arguments.tokenizer, encoding="utf-8") as file:
        base = json.load(file)
    output = {"tokenizers": tokenizers.__version__, "variants": []}
    for seed, variant in enumerate(variants(base)):
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(patched(base, variant)))
        mixed, every = variant.pop("mixed"), variant.pop("every")
        cases = []
        for index, text in enumerate(texts(random.Random(seed), mixed)):
            # The fixed texts are the same each time: later variants take some of them, and all that hold tokens.
            if index % every != seed % every and "<" not in text and text:
                continue
            ids = tokenizer.encode(text, add_special_tokens=True).ids
            decoded = tokenizer.decode(ids, skip_special_tokens=False)
            cases.append([text, ids, None if decoded == text else decoded])
        output["variants"].append({**variant, "size": tokenizer.get_vocab_size(), "cases": cases})
    plain = tokenizers.Tokenizer.from_str(json.dumps(base))
    output["decodes"] = decodes(plain, random.Random(99))
    with open(arguments.out, "w", encoding="utf-8") as file:
        # ASCII, so that no editor or checkout normalizes the texts or their line ends.
        json.dump(output, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")
    print(sum(len(v["cases"]) for v in output["variants"]), "cases,", len(output["decodes"]), "decodes")


if __name__ == "__main__":
    main()

// SPDX-License-Identifier: MIT

/** What Python's literals mean here. Tuples and lists are arrays, dictionaries maps; integers are numbers. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<PythonValue, PythonValue>;

/** Spaces, line ends, and comments up to the line's end. */
const blank = /(?:\s|#[^\n]*)*/y;
const token = {
  string: /[uU]?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/y,
  // Python 2 wrote an L after long integers.
  integer: /[+-]?\d+[lL]?/y,
  name: /[A-Za-z]+/y,
};
const names: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Deeper than this nothing is meant to be read. */
const deepest = 16;

/** As Python's `ast.literal_eval`, for what headers of arrays hold. Throws SyntaxError. */
export function parsePythonLiteral(text: string): PythonValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {
    this.skipBlank();
  }

  value(depth: number): PythonValue {
    const open = this.text[this.at];
    if (depth < deepest && open !== undefined && Object.hasOwn(closing, open)) return this.container(open, depth + 1);
    const integer = this.take(token.integer);
    if (integer) return Number.parseInt(integer[0], 10);
    const string = this.take(token.string);
    if (string) return unescaped(string[1] ?? string[2]);
    const name = this.take(token.name)?.[0] ?? '';
    if (Object.hasOwn(names, name)) return names[name];
    throw this.error();
  }

  end(): void {
    if (this.at < this.text.length) throw this.error();
  }

  private container(open: string, depth: number): PythonValue {
    this.expect(open);
    const elements: PythonValue[] = [];
    const map = new Map<PythonValue, PythonValue>();
    let hasComma = false;
    while (!this.isNext(closing[open])) {
      if (elements.length > 0 && !hasComma) throw this.error();
      const element = this.value(depth);
      elements.push(element);
      if (open === '{') {
        this.expect(':');
        map.set(element, this.value(depth));
      }
      hasComma = this.isNext(',');
      if (hasComma) this.expect(',');
    }
    this.expect(closing[open]);
    if (open === '{') return map;
    // (6) is a number, (6,) a tuple.
    return open === '(' && elements.length === 1 && !hasComma ? elements[0] : elements;
  }

  private isNext(character: string): boolean {
    return this.text[this.at] === character;
  }

  private expect(character: string): void {
    if (!this.isNext(character)) throw this.error();
    this.at++;
    this.skipBlank();
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text) ?? undefined;
    if (!match) return undefined;
    this.at += match[0].length;
    this.skipBlank();
    return match;
  }

  private skipBlank(): void {
    blank.lastIndex = this.at;
    this.at += blank.exec(this.text)?.[0].length ?? 0;
  }

  private error(): SyntaxError {
    return new SyntaxError(`unexpected character at ${this.at}`);
  }
}

/** Escapes of names that somebody put a quotation mark or a backslash into. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

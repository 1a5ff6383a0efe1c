/** What is used here of saxen 11.2, which has no types of its own (its README, "Supported Hooks" and "Streaming Mode"). */
declare module 'saxen' {
  type Decode = (text: string) => string;

  export class Parser {
    on(
      event: 'openTag',
      told: (
        name: string,
        attributes: () => Readonly<Record<string, string>>,
        decode: Decode,
        isEmpty: boolean,
      ) => void,
    ): this;
    on(event: 'closeTag', told: (name: string, decode: Decode, isEmpty: boolean) => void): this;
    on(event: 'text', told: (text: string, decode: Decode) => void): this;
    on(event: 'cdata' | 'comment' | 'question' | 'attention', told: (text: string) => void): this;
    on(event: 'error' | 'warn', told: (fault: Error) => void): this;
    /** Tells of everything that is complete; keeps the rest for the next call. */
    write(xml: string): this;
    end(): Error | null;
  }
}

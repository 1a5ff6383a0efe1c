/** A name and its value, as a page of the records shows them; without a value it is left out. */
export type Fact = readonly [name: string, value: string | undefined];

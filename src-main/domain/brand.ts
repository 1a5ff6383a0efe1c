declare const brand: unique symbol;

/**
 * A plain value that only its own parser can make, so that one identifier can never be passed where another is meant.
 * The brand exists for the compiler alone; at run time it is the bare value.
 */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** The part of ini-api that is used here; the package brings no types. */
declare module 'ini-api' {
  export const lineTypes: { readonly blank: 0; readonly comment: 1; readonly header: 2; readonly pair: 3 }

  export interface IniLine {
    readonly text: string
    readonly lineType: number
    readonly key: string
    /** `true` where the line has no value, and for the words true, false and null what they name. */
    readonly value: string | boolean | null
  }

  export interface IniSection {
    readonly name: string
    /** Every line as it stands; the first is the section's header. */
    readonly lines: readonly IniLine[]
  }

  export class Ini {
    constructor(text: string, lineBreak: string)
    /** The lines before the first section. */
    readonly globals: { readonly lines: readonly IniLine[] }
    readonly sections: readonly IniSection[]
  }
}

// The colours of the map, read from the page's own style, so that dark and light are said in one place.

export interface Colours {
  sea: string;
  land: string;
  home: string;
  border: string;
  units: string;
  names: string;
  ink: string;
  accent: string;
  alarm: string;
  tones: string[];
}

/** The colours that hold now; asked again when the system turns from light to dark. */
export function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim() || "#888";
  const tones = Array.from({ length: 8 }, (_, number) => of(`tone-${number}`));
  return { sea: of("sea"), land: of("land"), home: of("home"), border: of("border"), units: of("units"), names: of("names"), ink: of("ink"), accent: of("accent"), alarm: of("alarm"), tones };
}

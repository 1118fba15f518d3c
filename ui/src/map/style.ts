// The style of the map: quiet land, precise marks, generous names. No glyph server: letters are drawn from the reader's own fonts.
import type { DataDrivenPropertyValueSpecification, ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Colours } from "./colours";
import { SIZE_OF_ONE } from "./icons";

const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const FONT = ["Noto Sans", "DejaVu Sans", "sans-serif"];

/** The sources that the stage fills. */
export const SOURCES = ["land", "borders", "units", "names", "rings", "marks", "cells", "cell-names", "chosen"] as const;
export type SourceName = (typeof SOURCES)[number];

/** The layers that a reader can point at. */
export const POINTABLE = ["marks", "rings", "cells"];

export function styleOf(colours: Colours): StyleSpecification {
  const sources = Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson" as const, data: NOTHING, ...(name === "land" ? { tolerance: 0.2 } : {}) }]));
  return { version: 8, sources, layers: [...ground(colours), ...cells(colours), ...names(colours), ...marks(colours)] };
}

function ground(colours: Colours): LayerSpecification[] {
  const isHome: ExpressionSpecification = ["==", ["get", "home"], 1];
  return [
    { id: "sea", type: "background", paint: { "background-color": colours.sea } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": ["case", isHome, colours.home, colours.land], "fill-antialias": true } },
    { id: "units", type: "line", source: "units", minzoom: 5, paint: { "line-color": colours.units, "line-width": ["interpolate", ["linear"], ["zoom"], 5, 0.6, 9, 1.4] } },
    {
      id: "borders",
      type: "line",
      source: "borders",
      layout: { "line-join": "round" },
      paint: { "line-color": colours.border, "line-width": ["case", isHome, 1.1, 0.6], "line-opacity": ["case", isHome, 0.9, 0.5] },
    },
  ];
}

function names(colours: Colours): LayerSpecification[] {
  const paint = { "text-color": colours.names, "text-halo-color": colours.home, "text-halo-width": 1.6, "text-halo-blur": 0.4 };
  const layout = { "text-field": ["get", "name"] as ExpressionSpecification, "text-font": FONT, "text-max-width": 8, "symbol-sort-key": ["get", "rank"] as ExpressionSpecification };
  const aside = { "text-variable-anchor": ["center", "top", "bottom", "left", "right"] as ("center" | "top")[], "text-radial-offset": 0.7 };
  return [
    { id: "place-names", type: "symbol", source: "names", minzoom: 5.6, filter: ["==", ["get", "what"], "place"], layout: { ...layout, ...aside, "text-size": 11.5, "text-padding": 3 }, paint: { ...paint, "text-color": colours.ink } },
    { id: "unit-names", type: "symbol", source: "names", minzoom: 7.2, filter: ["==", ["get", "what"], "unit"], layout: { ...layout, "text-size": 11, "text-letter-spacing": 0.06, "text-padding": 8 }, paint },
    {
      id: "country-names",
      type: "symbol",
      source: "names",
      maxzoom: 8.5,
      filter: ["==", ["get", "what"], "country"],
      layout: { ...layout, "text-size": ["interpolate", ["linear"], ["zoom"], 4, 11, 7, 16], "text-letter-spacing": 0.1, "text-padding": 4, "text-allow-overlap": true },
      paint,
    },
  ];
}

function cells(colours: Colours): LayerSpecification[] {
  return [
    { id: "cells", type: "fill", source: "cells", paint: { "fill-color": ["get", "colour"], "fill-opacity": ["get", "weight"] } },
    { id: "cell-edges", type: "line", source: "cells", paint: { "line-color": ["get", "colour"], "line-width": 0.8, "line-opacity": 0.9 } },
    {
      id: "cell-names",
      type: "symbol",
      source: "cell-names",
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "symbol-sort-key": ["get", "rank"], "text-padding": 3 },
      paint: { "text-color": colours.ink, "text-halo-color": colours.home, "text-halo-width": 1.5 },
    },
  ];
}

/** Kilometres on the ground as pixels: `ring` is how many pixels it is at zoom 0, and each zoom doubles it. */
const ON_GROUND: DataDrivenPropertyValueSpecification<number> = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "ring"], 22, ["*", ["get", "ring"], 4_194_304]];

function marks(colours: Colours): LayerSpecification[] {
  const ring = { "circle-radius": ON_GROUND, "circle-color": ["get", "colour"] as ExpressionSpecification, "circle-stroke-color": ["get", "colour"] as ExpressionSpecification };
  return [
    { id: "rings", type: "circle", source: "rings", paint: { ...ring, "circle-opacity": 0.035, "circle-stroke-width": 0.9, "circle-stroke-opacity": 0.34 } },
    {
      id: "marks",
      type: "symbol",
      source: "marks",
      layout: {
        "icon-image": ["get", "image"],
        "icon-size": ["*", ["get", "radius"], SIZE_OF_ONE],
        "icon-allow-overlap": true,
        "icon-ignore-placement": false,
        "symbol-sort-key": ["get", "severity"],
      },
    },
    { id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": ["+", ["get", "radius"], 5], "circle-color": "transparent", "circle-stroke-color": colours.ink, "circle-stroke-width": 2.5 } },
  ];
}

// Puts the node's answer for the window onto the stage: marks with rings, hexagons, or hexagons of change; never two of them at once.
import { changedHexagons, changeNames, hexagonNames, hexagons, rings, signs } from "../map/features";
import type { Stage } from "../map/stage";
import type { OnMap } from "./shapes";

const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function drawOn(stage: Stage, found: OnMap): void {
  stage.show("marks", found.form === "marks" ? signs(found) : NOTHING);
  stage.show("rings", found.form === "marks" ? rings(found, stage.colours) : NOTHING);
  stage.show("cells", found.form === "cells" ? hexagons(found, stage.colours) : found.form === "change" ? changedHexagons(found, stage.colours) : NOTHING);
  stage.insist(found.form === "change");
  stage.show("cell-names", found.form === "cells" ? hexagonNames(found) : found.form === "change" ? changeNames(found) : NOTHING);
}

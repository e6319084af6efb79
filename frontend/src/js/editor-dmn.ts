// The editor of decision tables (dmn-js), only on the page where a policy is edited.
import DmnModeler from "dmn-js/lib/Modeler";
import { editor } from "./editor";

void editor(async (canvas, xml) => {
  const modeler = new DmnModeler({ container: canvas });
  await modeler.importXML(xml);
  const tables = modeler.getViews().filter((view: { type: string }) => view.type === "decisionTable");
  if (tables.length === 1) await modeler.open(tables[0]);
  return async () => (await modeler.saveXML({ format: true })).xml;
});

// The process editor (bpmn-js), only on the page where a process is edited. What it does not know (`sluis:`) it keeps.
import BpmnModeler from "bpmn-js/lib/Modeler";
import { editor } from "./editor";

void editor(async (canvas, xml) => {
  const modeler = new BpmnModeler({ container: canvas });
  await modeler.importXML(xml);
  (modeler.get("canvas") as { zoom(how: string): void }).zoom("fit-viewport");
  return async () => (await modeler.saveXML({ format: true })).xml ?? "";
});

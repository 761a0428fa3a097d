import * as common from "./common.ts";
import * as session from "./session.ts";
import * as cases from "./cases.ts";
import * as steps from "./steps.ts";
import * as offices from "./offices.ts";
import * as work from "./work.ts";
import * as documents from "./documents.ts";
import * as connections from "./connections.ts";
import fault from "./faults.json";

export default { ...common, ...session, ...cases, ...steps, ...offices, ...work, ...documents, ...connections, fault };

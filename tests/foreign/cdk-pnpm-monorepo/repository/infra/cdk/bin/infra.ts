import {App} from "aws-cdk-lib";
import {UploadsStack} from "../lib/uploads-stack.js";

const app = new App();
for (const environment of ["dev", "prod"]) {
  new UploadsStack(app, `Uploads-${environment}`, {environment});
}

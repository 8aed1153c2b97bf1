import {Stack, type App} from "aws-cdk-lib";
import {Runtime} from "aws-cdk-lib/aws-lambda";
import {NodejsFunction} from "aws-cdk-lib/aws-lambda-nodejs";
import {Bucket} from "aws-cdk-lib/aws-s3";
import {Secret} from "aws-cdk-lib/aws-secretsmanager";

export class UploadsStack extends Stack {
  constructor(app: App, id: string, props: {environment: string}) {
    super(app, id);
    const bucket = new Bucket(this, "Uploads", {enforceSSL: true});
    const secret = Secret.fromSecretNameV2(this, "Key", `uploads/${props.environment}/signing-key`);
    const api = new NodejsFunction(this, "Api", {
      entry: "../../packages/api/src/handler.ts",
      runtime: Runtime.NODEJS_24_X,
      environment: {BUCKET: bucket.bucketName, SECRET_NAME: secret.secretName},
    });
    bucket.grantPut(api);
    secret.grantRead(api);
  }
}

targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Names the resource group and everything in it')
param environmentName string

@minLength(1)
param location string

@secure()
param databasePassword string

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module api 'app/container-app.bicep' = {
  scope: group
  params: {
    name: 'ca-api-${token}'
    location: location
    serviceName: 'api'
    targetPort: 8000
    databasePassword: databasePassword
  }
}

module web 'app/container-app.bicep' = {
  scope: group
  params: {
    name: 'ca-web-${token}'
    location: location
    serviceName: 'web'
    targetPort: 3000
    databasePassword: databasePassword
  }
}

output API_URI string = api.outputs.uri
output WEB_URI string = web.outputs.uri

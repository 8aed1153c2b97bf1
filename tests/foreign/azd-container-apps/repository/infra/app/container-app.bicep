param name string
param location string
param serviceName string
param targetPort int

@secure()
param databasePassword string

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  tags: { 'azd-service-name': serviceName }
  properties: {
    configuration: {
      ingress: { external: true, targetPort: targetPort }
      secrets: [
        { name: 'database-password', value: databasePassword }
      ]
    }
    template: {
      containers: [
        {
          name: 'main'
          image: 'mcr.microsoft.com/azuredocs/containerapps-helloworld:latest'
          env: [
            { name: 'DATABASE_PASSWORD', secretRef: 'database-password' }
          ]
        }
      ]
    }
  }
}

output uri string = 'https://${app.properties.configuration.ingress.fqdn}'

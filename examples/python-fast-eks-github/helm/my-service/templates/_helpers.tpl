{{/* Name of the service: the same in every release of this chart. */}}
{{- define "service.name" -}}
{{- .Chart.Name -}}
{{- end -}}

{{/* Name of the objects: the release, which is called like the chart. Helm allows it 53 characters, which leaves room for endings. */}}
{{- define "service.fullname" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels by which a Deployment and a Service select. Never the version: a selector cannot change. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ include "service.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "service.commonLabels" -}}
app.kubernetes.io/part-of: {{ include "service.name" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- with .Values.revision }}
app.kubernetes.io/version: {{ trunc 12 . | quote }}
{{- end }}
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
{{ include "service.commonLabels" . }}
{{- end -}}

{{/* The pod of `helm test` has a name of its own, so that the Service never sends it requests. */}}
{{- define "service.testLabels" -}}
app.kubernetes.io/name: "{{ include "service.fullname" . }}-test"
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* repository@digest, or repository:tag on a laptop. */}}
{{- define "service.image" -}}
{{- $image := .Values.image -}}
{{- if not $image.repository -}}
{{- fail "image.repository is empty: pass --set-string image.repository=<registry>/<name>" -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else if $image.tag -}}
{{- printf "%s:%s" $image.repository $image.tag -}}
{{- else -}}
{{- fail "no image: pass --set-string image.digest=sha256:<64 hex digits>, as make deploy does from build/digest (on a laptop: -f values-local.yaml)" -}}
{{- end -}}
{{- end -}}

{{/* Pod Security "restricted", and a little more: no writable root file system. */}}
{{- define "service.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "service.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

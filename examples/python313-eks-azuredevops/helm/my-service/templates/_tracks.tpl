{{/* Two tracks: the stable one serves, the candidate is tried. `.track` selects one. */}}
{{- define "service.trackName" -}}
{{- include "service.fullname" . -}}
{{- if eq .track "candidate" }}-candidate{{ end -}}
{{- end -}}

{{/* The stable selector is what it was before there were tracks, because a selector cannot change. The pods of the candidate
have a name of their own, so that neither Deployment, Service, autoscaler nor disruption budget of one track counts those of
the other. */}}
{{- define "service.trackSelector" -}}
{{- if eq .track "candidate" -}}
app.kubernetes.io/name: "{{ include "service.name" . }}-candidate"
app.kubernetes.io/instance: {{ .Release.Name | quote }}
track: candidate
{{- else -}}
{{ include "service.selectorLabels" . }}
{{- end -}}
{{- end -}}

{{- define "service.trackLabels" -}}
{{ include "service.trackSelector" . }}
{{- if eq .track "stable" }}
track: stable
{{- end }}
{{ include "service.commonLabels" . }}
{{- end -}}

{{/* Selects the pods of both tracks, and not that of `helm test`. */}}
{{- define "service.bothTracks" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .Release.Name | quote }}
matchExpressions:
  - key: app.kubernetes.io/name
    operator: In
    values:
      - {{ include "service.name" . | quote }}
      - "{{ include "service.name" . }}-candidate"
{{- end -}}

{{/* The values as the candidate has them: its image and its commit in the place of the stable ones. */}}
{{- define "service.candidateValues" -}}
{{- $image := merge (dict "digest" .Values.candidate.digest "tag" "") .Values.image -}}
{{- toYaml (merge (dict "image" $image "revision" .Values.candidate.revision) .Values) -}}
{{- end -}}

{{/* Subject of `helm test`: the candidate, if present. */}}
{{- define "service.testedValues" -}}
{{- if .Values.candidate.digest -}}
{{- include "service.candidateValues" . -}}
{{- else -}}
{{- toYaml .Values -}}
{{- end -}}
{{- end -}}

{{/* As many pods as the smallest stable track has, or as ci/rollout.sh asks for. */}}
{{- define "service.candidateReplicas" -}}
{{- $least := .Values.autoscaling.enabled | ternary .Values.autoscaling.minReplicas .Values.replicas -}}
{{- max (int $least) (int .Values.candidate.replicas) -}}
{{- end -}}

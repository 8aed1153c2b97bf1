{{/* The Secret with the value of one entry of .Values.secrets: (list $ entry). Each has one of its own, with a rhythm of its own. */}}
{{- define "service.secretName" -}}
{{- printf "%s-%s" (include "service.fullname" (index . 0)) (index . 1).name -}}
{{- end -}}

{{- define "service.secretMounts" -}}
- name: secrets
  mountPath: "/run/secrets/{{ include "service.name" . }}"
  readOnly: true
{{- end -}}

{{/* Never with subPath: such a file would keep its old content when the value changes. */}}
{{- define "service.secretVolumes" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range .Values.secrets }}
      - secret:
          name: {{ include "service.secretName" (list $ .) | quote }}
          items:
            - key: value
              path: {{ .name | quote }}
      {{- end }}
{{- end -}}

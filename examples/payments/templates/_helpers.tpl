{{- define "payments.labels" -}}
app.kubernetes.io/name: payments
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
{{- define "payments.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

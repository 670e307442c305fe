{{- /* What the pods of every part share. The names of parts are api, worker, migrate and backup. */ -}}

{{- define "hr.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "hr.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hr.labels" -}}
{{ include "hr.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "hr.image" -}}
{{ .Values.image.repository }}:{{ required "image.tag: which commit is to run?" .Values.image.tag }}
{{- end }}

{{- /* The pod's settings above its containers. */ -}}
{{- define "hr.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: data
    emptyDir:
      sizeLimit: 64Mi
  - name: secrets
    secret:
      secretName: {{ required "secret: which Secret holds database_url, redis_url and jwt_secret_key?" .Values.secret }}
      defaultMode: 0440
{{- end }}

{{- /* The container's settings beside its name and arguments. */ -}}
{{- define "hr.container" -}}
image: {{ include "hr.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: data
    mountPath: /data
  - name: secrets
    mountPath: /run/secrets
    readOnly: true
{{- end }}

{{- /* The archives: one more entry for the volumes with which hr.pod ends, and for the mounts with which hr.container does. */ -}}
{{- define "hr.archives" -}}
- name: archives
  persistentVolumeClaim:
    claimName: {{ required "backup.claim: which PersistentVolumeClaim takes the archives?" .Values.backup.claim }}
{{- end }}

{{- define "hr.environment" -}}
- name: HR_ENV
  value: {{ .Values.environment }}
- name: REDIS_URL_FILE
  value: /run/secrets/redis_url
- name: JWT_SECRET_KEY_FILE
  value: /run/secrets/jwt_secret_key
{{- if .Values.previousSecretKey }}
- name: JWT_PREVIOUS_SECRET_KEY_FILE
  value: /run/secrets/jwt_previous_secret_key
{{- end }}
- name: HR_METRICS_LISTEN
  value: 0.0.0.0:9464
- name: HR_DATABASE_POOL_SIZE
  value: {{ .Values.databasePoolSize | quote }}
- name: HR_DRAIN_SECONDS
  value: {{ .Values.drainSeconds | quote }}
- name: HR_SHUTDOWN_SECONDS
  value: {{ .Values.shutdownSeconds | quote }}
- name: HR_TRUSTED_PROXIES
  value: {{ .Values.trustedProxies | quote }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* Instances and workers may go through PgBouncer. */ -}}
{{- define "hr.database" -}}
- name: DATABASE_URL_FILE
  value: /run/secrets/{{ if eq .Values.databasePooling "transaction" }}pgbouncer_{{ end }}database_url
- name: HR_DATABASE_POOLING
  value: {{ .Values.databasePooling }}
{{- end }}

{{- /* The certificate with which a process that serves answers: its volume, where that is, and the settings. */ -}}
{{- define "hr.tls.volume" -}}
{{- if .Values.tls.secret }}
- name: tls
  secret:
    secretName: {{ .Values.tls.secret }}
    defaultMode: 0440
{{- end }}
{{- end }}
{{- define "hr.tls.mount" -}}
{{- if .Values.tls.secret }}
- name: tls
  mountPath: /run/tls
  readOnly: true
{{- end }}
{{- end }}
{{- define "hr.tls.environment" -}}
{{- if .Values.tls.secret }}
- name: HR_TLS_CERTIFICATE_FILE
  value: /run/tls/tls.crt
- name: HR_TLS_KEY_FILE
  value: /run/tls/tls.key
{{- end }}
{{- end }}
{{- define "hr.scrape" -}}
prometheus.io/scrape: "true"
prometheus.io/port: "9464"
prometheus.io/path: /metrics
prometheus.io/scheme: {{ ternary "https" "http" (ne .Values.tls.secret "") }}
{{- end }}

{{- /* How a process that serves is asked about its health, and how it is stopped. */ -}}
{{- define "hr.life" -}}
ports:
  - name: http
    containerPort: 8000
  - name: metrics
    containerPort: 9464
{{- $scheme := ternary "HTTPS" "HTTP" (ne .Values.tls.secret "") }}
startupProbe:
  httpGet: { path: /health/live, port: http, scheme: {{ $scheme }} }
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /health/live, port: http, scheme: {{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /health/ready, port: http, scheme: {{ $scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.preStopSeconds }}
{{- end }}

{{- /* Some seconds more than a stop may take. */ -}}
{{- define "hr.grace" -}}
{{ add .Values.preStopSeconds .Values.drainSeconds .Values.shutdownSeconds 4 }}
{{- end }}

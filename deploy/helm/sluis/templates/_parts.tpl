{{/* Names and labels; `part` is web or worker. */}}
{{- define "sluis.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "sluis.labels" -}}
app.kubernetes.io/name: sluis
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "sluis.selector" -}}
app.kubernetes.io/name: sluis
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "sluis.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-data" (include "sluis.name" .)) }}
{{- end }}

{{/* The pod of a part, from its annotations down: what web and worker share, and where they differ. */}}
{{- define "sluis.pod" -}}
{{- $values := .root.Values }}
metadata:
  labels:
    {{- include "sluis.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .part }}
  {{- if $values.metrics.annotations }}
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/path: /metrics
    prometheus.io/port: "8000"
  {{- end }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false # they would set SLUIS_PORT to something that is no port
  terminationGracePeriodSeconds: 30
  {{- with $values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault } # must let the Landlock calls through: containerd 1.7, CRI-O 1.24
  {{- if and (eq .part "worker") (not $values.severalHosts.enabled) }}
  affinity: # one database file, one node
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels: {{- include "sluis.selector" (dict "root" .root "part" "web") | nindent 14 }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: "{{ $values.image.repository }}:{{ $values.image.tag | default .root.Chart.AppVersion }}"
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [{{ ternary "serve" "worker" (eq .part "web") }}]
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      ports:
        - { name: http, containerPort: 8000 }
      env:
        - name: POD_IP
          valueFrom: { fieldRef: { fieldPath: status.podIP } }
        - { name: SLUIS_BASE_URL, value: {{ $values.baseUrl | quote }} }
        - { name: SLUIS_ALLOWED_HOSTS, value: $(POD_IP) } # probes and Prometheus ask by address
        {{- with $values.metrics.from }}
        - { name: SLUIS_METRICS_FROM, value: {{ join "," . | quote }} }
        {{- end }}
        {{- if eq .part "web" }}
        - { name: SLUIS_WEB_WORKERS, value: {{ $values.web.workers | quote }} }
        - { name: SLUIS_JOBS, value: {{ ternary "1" "0" (eq (int $values.worker.replicas) 0) | quote }} }
        {{- else }}
        - { name: SLUIS_JOBS, value: {{ $values.worker.jobs | quote }} }
        - { name: SLUIS_WORKER_PORT, value: "8000" }
        {{- end }}
        {{- range $name, $value := $values.settings }}
        - { name: {{ $name }}, value: {{ $value | toString | quote }} }
        {{- end }}
        {{- if $values.existingSecret }}
        {{- $must := ternary (list "secret-key" "database" "storage-key-id" "storage-secret-key") list $values.severalHosts.enabled }}
        {{- range $name, $key := dict "SLUIS_SECRET_KEY" "secret-key" "SLUIS_METRICS_TOKEN" "metrics-token" "SLUIS_OIDC_CLIENT_SECRET" "oidc-client-secret" "SLUIS_MAIL_PASSWORD" "mail-password" "SLUIS_DATABASE" "database" "SLUIS_STORAGE_KEY_ID" "storage-key-id" "SLUIS_STORAGE_SECRET_KEY" "storage-secret-key" }}
        - name: {{ $name }}
          valueFrom: { secretKeyRef: { name: {{ $values.existingSecret }}, key: {{ $key }}, optional: {{ not (has $key $must) }} } }
        {{- end }}
        {{- end }}
      startupProbe: # the first start brings the database to this version
        httpGet: { path: /livez, port: http }
        periodSeconds: 5
        failureThreshold: 120
      livenessProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 15
        timeoutSeconds: 5
        failureThreshold: 4
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
      resources: {{- toYaml (get $values .part).resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: scratch, mountPath: /tmp }
  volumes:
    - name: data
      {{- if $values.severalHosts.enabled }}
      emptyDir: { sizeLimit: {{ $values.severalHosts.disk }} }
      {{- else }}
      persistentVolumeClaim: { claimName: {{ include "sluis.claim" .root }} }
      {{- end }}
    - name: scratch
      emptyDir: { sizeLimit: {{ $values.scratch }} }
{{- end }}

"""Django's settings, all derived from `Env`."""

from importlib.util import find_spec
from pathlib import Path

from django.utils.csp import CSP

from sluis.conf.counting import reserve_counts
from sluis.conf.database import configuration
from sluis.conf.env import Env, first_secret

SLUIS = Env.load()
SLUIS.data.mkdir(parents=True, exist_ok=True)
reserve_counts()
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = SLUIS.debug
SECRET_KEY = first_secret(SLUIS)
ALLOWED_HOSTS = SLUIS.hosts
ROOT_URLCONF = "sluis.conf.urls"
APPEND_SLASH = False  # web.middleware does that, in both directions and for pages alone
WSGI_APPLICATION = "sluis.conf.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "foundation.User"

ROOMS = (
    "foundation",
    "process",
    "register",
    "lake",
    "release",
    "governance",
    "requests",
    "web",
    "portal",
    "desk",
    "api",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Our rooms stand before allauth, so that its pages take our templates.
    *[f"sluis.{room}" for room in ROOMS if find_spec(f"sluis.{room}") and find_spec(f"sluis.{room}.apps")],
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "sluis.web.following.FollowingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sluis.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sluis.web.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sluis.web.middleware.ProblemMiddleware",
    "sluis.conf.access.RouteAccessMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "sluis.web.context.site",
            ],
        },
    }
]

# Each thread of the web needs one at a time; each job two, for its sign of life.
DATABASES = {"default": configuration(SLUIS.database, SLUIS.data, connections=SLUIS.web_threads + 2 * SLUIS.jobs + 2)}
TASKS = {"default": {"BACKEND": "sluis.foundation.jobs.backend.DatabaseBackend", "QUEUES": ["default"]}}
CACHES = {
    # Shared by all processes: the sign-in limiter counts here.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "sluis_cache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sluis"},
}

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
LOCALE_PATHS = [path for room in ("kernel", "conf", "cli") if (path := PACKAGE / room / "locale").exists()]

STATIC_URL = "/static/"
STATIC_ROOT = SLUIS.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sluis.web.assets.HashedFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# Sign-in: local accounts, and the OpenID Connect provider of the settings (foundation.oidc).
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:tasks"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "sluis.foundation.sign_in.StaffOnly"
SOCIALACCOUNT_ADAPTER = "sluis.foundation.oidc.flow.Provided"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": SLUIS.mail_host,
            "port": SLUIS.mail_port,
            "username": SLUIS.mail_user,
            "password": SLUIS.mail_password,
            "use_tls": SLUIS.mail_security == "starttls",
            "use_ssl": SLUIS.mail_security == "tls",
            "timeout": 20,
        },
    }
    if SLUIS.mail_host
    else {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
}
DEFAULT_FROM_EMAIL = SLUIS.mail_from or SLUIS.contact_email

# Sessions end after a working day or when the browser closes; HTTPS gets the strictest cookie names (RFC 6265bis).
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SLUIS.https
SESSION_COOKIE_NAME = "__Host-sluis" if SLUIS.https else "sluis"
CSRF_COOKIE_NAME = "__Host-sluis-csrf" if SLUIS.https else "sluis-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sluis.web.problem.csrf_failure"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SLUIS.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SLUIS.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SLUIS.https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "sluis.foundation.telemetry.logs.TextLines"},
        "json": {"()": "sluis.foundation.telemetry.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": SLUIS.log_format}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "sluis": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "pyiceberg": {"level": "ERROR"},  # it warns of each column of maps, whose bounds nobody needs
    },
}

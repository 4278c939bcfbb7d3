"""Django's settings, made from the environment (see environment.py)."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from csp.constants import NONE, SELF

from titan.config.environment import read_environment
from titan.config.languages import catalogues

ENVIRONMENT = read_environment()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.trusted_origins
TITAN_HOME = ENVIRONMENT.home
TITAN_EVIDENCE_DIR = ENVIRONMENT.evidence_dir
TITAN_STORAGE = ENVIRONMENT.storage
TITAN_TIMEZONE = ENVIRONMENT.timezone
TITAN_METRICS_TOKEN = ENVIRONMENT.metrics_token
TITAN_PUBLIC_URL = ENVIRONMENT.public_url
TITAN_BACKUP_DIR = ENVIRONMENT.backup_dir
TITAN_BACKUP_KEEP = ENVIRONMENT.backup_keep
TITAN_LEDGER_KEY = ENVIRONMENT.ledger_key
TITAN_LEDGER_KEY_FILE = ENVIRONMENT.ledger_key_file

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django_htmx",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "titan.core",
    "titan.audit",
    "titan.accounts",
    "titan.evidence",
    "titan.ledger",
    "titan.catalogue",
    "titan.personnel",
    "titan.resources",
    "titan.records",
    "titan.compliance",
    "titan.training",
    "titan.exchange.imports",
    "titan.exchange.calendars",
    "titan.backup",
    "titan.api",
    "titan.web",
]

MIDDLEWARE = [
    "titan.watch.middleware.WatchMiddleware",
    "titan.api.middleware.ProblemMiddleware",
    "titan.watch.middleware.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "titan.web.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

CSRF_FAILURE_VIEW = "titan.web.pages.errors.csrf_failed"
ROOT_URLCONF = "titan.config.urls"
WSGI_APPLICATION = "titan.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "environment": "titan.web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "titan.web.words.words",
            ],
        },
    },
]

DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts of tries and codes used, which all processes must know alike; a pause survives a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_remembered",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
# Signs in by our one e-mail of a login and by its password alone; what follows on it is the library's (0007).
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

TITAN_SIGN_IN_PAUSE = 5 * 60
TITAN_REQUIRE_MFA = ENVIRONMENT.second_factor_roles
ACCOUNT_ADAPTER = "titan.accounts.adapters.SignInAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "titan.accounts.adapters.name_of"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": f"10/m/ip,5/{TITAN_SIGN_IN_PAUSE}s/key"}
# The address that the proxy saw, behind our own TLS proxy only.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.https else 0
MFA_ADAPTER = "titan.accounts.adapters.FactorsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Titan"

LANGUAGE_CODE = "en"
# English stands in the code; another language is there because its catalogue is.
LANGUAGES = [("en", "English"), *catalogues(PACKAGE / "locale")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = None
# Not an installed app: every command would import it at its start, and most have nothing to do with the API.
NINJA = Path(str(distribution("django-ninja").locate_file("ninja")))
STATICFILES_DIRS = [PACKAGE / "web" / "static", ("ninja", NINJA / "static" / "ninja")]
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# One upload is capped while it streams to disk; several files share a request of a session's sheet.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "titan.watch.logs.RequestIdFilter"}},
    "formatters": {"plain": {"()": "titan.watch.logs.PlainFormatter"}, "json": {"()": "titan.watch.logs.JsonLines"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": ENVIRONMENT.log_format,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "titan": {"level": ENVIRONMENT.log_level},
        # A line per answer is for programs that collect them; a terminal shows what went wrong only.
        "titan.requests": {"level": "INFO" if ENVIRONMENT.log_format == "json" else "WARNING"},
        # Django's own lines about answers quote addresses; ours stand in their place.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}

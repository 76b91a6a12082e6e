"""Django settings, from the environment alone.

``XINHENG_HOME`` (data folder), ``XINHENG_DATABASE_URL`` (else the embedded server's; with logins of their own also
``XINHENG_PORTAL_DATABASE_URL`` and, for migrations, ``XINHENG_OWNER_DATABASE_URL``), ``XINHENG_CITY`` (policy pack),
``XINHENG_POLICY`` (folder of policy files), ``XINHENG_HOSTS``, ``XINHENG_DEMO``, ``XINHENG_PROCESS`` (web or command),
``XINHENG_CLAMD`` (path of the local socket of a virus scanner; empty: none), ``XINHENG_PROVINCE`` (base address of the
province's interface for special reports, a blank and its networks; empty: none), ``XINHENG_WEBHOOK_NETWORKS`` (inner
networks to which systems may have notices sent, by commas; empty: the internet by https alone),
``XINHENG_PKCS11_MODULE`` (library of a security module that holds signing keys; empty: none), its PIN in the file
``XINHENG_PKCS11_PIN_FILE`` or else in ``XINHENG_PKCS11_PIN``, ``XINHENG_TSA`` (address of a
time stamping authority; empty: none) with ``XINHENG_TSA_CERTIFICATES`` (PEM file of whom to trust for its stamps),
``XINHENG_REQUESTS_A_MINUTE`` and ``XINHENG_FORMS_A_MINUTE`` (from one address), ``XINHENG_PROXIES`` (addresses or networks
of the proxy in front, by commas; empty with ``XINHENG_TLS``: whoever connects is taken for it).
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from xinheng.config.keys import keys_of
from xinheng.config.logs import configure_logs
from xinheng.config.paths import chosen_city, data_home, policy_root
from xinheng.config.postgres import database_url
from xinheng.config.time_stamps import authority_of
from xinheng.core.senders import parse_network
from xinheng.documents.hsm import Module

CITY = chosen_city(os.environ)
HOME = data_home(os.environ)
POLICY_ROOT = policy_root(os.environ)
DEMO = os.environ.get("XINHENG_DEMO") == "1"
WEB = os.environ.get("XINHENG_PROCESS") == "web"
KEYS = keys_of(HOME)
SECRET_KEY = KEYS.django
DEBUG = False
ALLOWED_HOSTS = [
    host for host in os.environ.get("XINHENG_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host
]


def _database(url: str, *, role: str, brief: bool = False) -> dict[str, object]:
    """``brief``: for many readers and short statements, of which none starts a second process of the database in the web server."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    settings = ["-c timezone=Asia/Shanghai", "-c lock_timeout=2000" if WEB else ""]
    if WEB:
        settings.append("-c statement_timeout=5000")
        if brief:
            settings.append("-c max_parallel_workers_per_gather=0")
    if role:
        settings.append(f"-c role={role}")
    options: dict[str, object] = {"options": " ".join(part for part in settings if part)}
    if WEB:
        threads = int(os.environ.get("XINHENG_THREADS", "8"))
        options["pool"] = {"min_size": 1, "max_size": threads, "timeout": 3}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "OPTIONS": options,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


_url = database_url(os.environ, HOME)
_portal_url = os.environ.get("XINHENG_PORTAL_DATABASE_URL") or _url
_owner_url = os.environ.get("XINHENG_OWNER_DATABASE_URL", "")
DATABASES = {
    "default": _database(_url, role=os.environ.get("XINHENG_DATABASE_ROLE", "")),
    "portal": {**_database(_portal_url, role="xinheng_portal", brief=True), "TEST": {"MIRROR": "default"}},
}
if _owner_url:
    DATABASES["owner"] = {**_database(_owner_url, role=""), "TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PROCRASTINATE_IMPORT_PATHS = ["xinheng.interfaces.jobs.files", "xinheng.interfaces.jobs.portal"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "xinheng.store",
    "xinheng.interfaces.web",
    "xinheng.interfaces.office",
    "xinheng.interfaces.portal",
    "xinheng.interfaces.counter",
    "xinheng.interfaces.api",
    "xinheng.interfaces.exchange",
    "xinheng.interfaces.jobs",
]
AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xinheng.interfaces.web.middleware.RequestMiddleware",
    "xinheng.interfaces.web.floods.FloodMiddleware",
    "xinheng.interfaces.web.county.CountyMiddleware",
    "xinheng.interfaces.web.large_text.LargeTextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xinheng.interfaces.web.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parent.parent / "interfaces" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xinheng.interfaces.web.context.city",
            ],
        },
    }
]
ROOT_URLCONF = "xinheng.config.urls"
WSGI_APPLICATION = "xinheng.config.wsgi.application"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "xinheng_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_BEHIND_TLS = os.environ.get("XINHENG_TLS") == "1"
SESSION_COOKIE_SECURE = SECURE_BEHIND_TLS
CSRF_COOKIE_SECURE = SECURE_BEHIND_TLS
if SECURE_BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
UPLOAD_BYTES = 1024 * 1024 * 1024
BODY_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE
OFFICE_BODY_BYTES = 64 * 1024 * 1024
REQUESTS_A_MINUTE = int(os.environ.get("XINHENG_REQUESTS_A_MINUTE", "600"))
FORMS_A_MINUTE = int(os.environ.get("XINHENG_FORMS_A_MINUTE", "120"))
CLAMD = os.environ.get("XINHENG_CLAMD", "")
PROVINCE = os.environ.get("XINHENG_PROVINCE", "")
TSA = authority_of(os.environ)
HSM = Module(
    library=os.environ.get("XINHENG_PKCS11_MODULE", ""),
    pin=os.environ.get("XINHENG_PKCS11_PIN", ""),
    pin_file=Path(file) if (file := os.environ.get("XINHENG_PKCS11_PIN_FILE", "")) else None,
)


def _networks(name: str) -> tuple[str, ...]:
    return tuple(parse_network(one) for one in os.environ.get(name, "").split(",") if one.strip())


WEBHOOK_NETWORKS = _networks("XINHENG_WEBHOOK_NETWORKS")
PROXIES = _networks("XINHENG_PROXIES")

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/office/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xinheng.interfaces.office.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "xinheng.interfaces.office.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "信衡"
MFA_TOTP_TOLERANCE = 1
"""Steps of 30 seconds by which a code may be late: one (RFC 6238, section 5.2)."""
MFA_FORMS = {"authenticate": "xinheng.interfaces.office.sign_in.AuthenticateForm"}

LOGGING_CONFIG = None
configure_logs()

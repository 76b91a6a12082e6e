"""Two hundred visits that a phone wrote offline, sent through the real address of the field page in parcels as the page makes
them, in process: an arrival, a checklist of twelve points and a photo of 40 kB each.

Visits of an emergency, so that no two hundred letters have to be issued first; otherwise the same road. Floor: the rows that
this left, put into empty copies of their tables with their indexes by plain INSERT, a row a statement, one hundred a
transaction.
"""

import base64
import hashlib
import io
import json
import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from measuring import ask_apart, place

VISITS = {"s": 20, "m": 200, "l": 200}
POINTS = 12
THINGS, BYTES = 40, 1_200_000
"""As static/web/field/outbox.js."""
CERTIFICATES = ["4102009991", "4102009992"]
ASK = "import sys; from visits_sync import ask; ask(int(sys.argv[1]), sys.argv[2])"
TABLES = {
    "store_visitarrival": "true",
    "store_visitsheet": "true",
    "store_visitpoint": "true",
    "store_attachment": "true",
    "store_storedfile": "true",
    "store_caseevent": "verb <> 'rush'",
    "store_casedeadline": "true",
    "store_ledgerevent": "true",
}


def sync_figures(size: str) -> dict[str, float]:
    """``sync_s`` and its floor, in a database of its own."""
    with place() as made:
        return ask_apart(made, ASK, str(VISITS[size]))


def ask(visits: int, out: str) -> None:
    """Fill the database, send, and put the rows again by INSERT; runs in a process of its own."""
    from xinheng.interfaces.cli.ready import ready

    ready(city="kaifeng")
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    _twelve_points()
    inspector, cases = _fill(visits)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(inspector)
    client.get("/office/visits/field/list")
    sent = _parcels([_written(case) for case in cases])
    begun, cpu = time.perf_counter(), time.process_time()
    answers = [one for parcel in sent for one in _post(client, inspector, parcel)]
    sync_s, sync_cpu = time.perf_counter() - begun, time.process_time() - cpu
    begun = time.perf_counter()
    again = [one for parcel in sent for one in _post(client, inspector, parcel)]
    again_s = time.perf_counter() - begun
    if answers != ["taken"] * visits * 3 or again != ["known"] * visits * 3:
        raise SystemExit(str([sorted(set(answers)), sorted(set(again))]))
    floor_s, rows = _floor()
    figures = {
        "visits": visits,
        "sync_s": round(sync_s, 3),
        "sync_cpu_s": round(sync_cpu, 3),
        "sync_again_s": round(again_s, 3),
        "insert_s": round(floor_s, 3),
        "insert_rows": rows,
        "sync_ratio": round(sync_s / floor_s, 1),
        "parcels": len(sent),
    }
    Path(out).write_text(json.dumps(figures), encoding="utf-8")


def _twelve_points() -> None:
    """No matter of the list has twelve points; the road is the same."""
    from xinheng.core.inspection_matters import Point
    from xinheng.services import visits_on_site

    points = {f"p{n}": Point.model_construct(text=f"第{n}项检查内容") for n in range(POINTS)}
    visits_on_site.points_of = lambda *_, **__: points


def _fill(visits: int) -> tuple[Any, list[str]]:
    """An inspector with a team of two, and running visits of theirs; the addresses of the cases."""
    from xinheng.core.roles import Role
    from xinheng.store.models import Case, Inspector, Organisation, Plan, RoleGrant, User

    now = datetime.now(UTC)
    city = Organisation.objects.filter(kind="city").first() or Organisation.objects.create(
        key="bench.city", kind="city"
    )
    unit = Organisation.objects.create(key="bench.unit", kind="department", parent=city)
    users = [
        User.objects.create_user(f"bench{n}", "x" * 20, display_name="测速", organisation=unit)
        for n in range(2)
    ]
    for user, certificate in zip(users, CERTIFICATES, strict=True):
        RoleGrant.objects.create(user=user, role=Role.INSPECTOR, organisation=unit, from_on=date(2020, 1, 1))
        Inspector.objects.create(
            organisation=unit,
            user=user,
            certificate_no=certificate,
            name="测速",
            lines=["food"],
            certified_until=now.date() + timedelta(days=365),
        )
    held = {"flow_version": 1, "organisation": unit, "title": "测速", "opened_at": now}
    filed = Case.objects.create(
        number="JH-BENCH", kind="inspection_plan", flow="inspection_plan", state="in_force", **held
    )
    plan = Plan.objects.create(
        organisation=unit,
        case=filed,
        year=now.year,
        title="测速",
        kind="case",
        matter_key="food_operation",
        matter="食品经营监督检查",
        basis="测速",
        sector="food",
        approved_by=users[1],
        approved_at=now,
    )
    return users[0], [_visit(plan, number, held=held, by=users[1]) for number in range(visits)]


def _visit(plan: Any, number: int, *, held: dict[str, Any], by: Any) -> str:
    from xinheng.store.models import Case, CaseEvent, Subject, Visit

    now = held["opened_at"] - timedelta(hours=5)
    subject = Subject.objects.create(name=f"测速企业{number}", kind="enterprise", last_known_at=now)
    case = Case.objects.create(
        number=f"JC-BENCH-{number}",
        kind="inspection_visit",
        flow="inspection_visit",
        state="rushed",
        subject=subject,
        **held,
    )
    CaseEvent.objects.create(
        case=case, sequence=1, at=now, verb="rush", from_state="new", to_state="rushed", actor=by
    )
    Visit.objects.create(
        case=case,
        plan=plan,
        subject=subject,
        organisation=plan.organisation,
        kind="case",
        urgent=True,
        matter=plan.matter,
        matter_key=plan.matter_key,
        offsite="须当场查看加工场所",
        certificates=CERTIFICATES,
        year=now.year,
        number=1,
        limit=1,
        code=f"BENCH{number:05}",
    )
    return str(case.public_id)


_shots = count()


def _photo() -> bytes:
    """About 40 kB; no two are the same."""
    from PIL import Image

    noise = random.Random(next(_shots)).randbytes(160 * 120 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (160, 120), noise).resize((480, 360)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _written(case: str) -> list[dict[str, Any]]:
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    clock = {"at": at, "offset": 0, "by_hand": False}
    photo = _photo()
    points = {f"p{n}": {"finding": "fit", "note": ""} for n in range(POINTS)}
    return [
        {
            "kind": "arrival",
            "client_id": f"bench-a-{case}",
            "visit": case,
            "way": "shown",
            "code": "",
            "clock": clock,
        },
        {
            "kind": "sheet",
            "client_id": f"bench-s-{case}",
            "visit": case,
            "result": "no_problem",
            "found": "查看了许可证、操作间和冷藏柜，没有发现问题",
            "views": "没有意见",
            "present": CERTIFICATES,
            "points": points,
            "clock": clock,
        },
        {
            "kind": "paper",
            "client_id": f"sha256:{hashlib.sha256(photo).hexdigest()}",
            "visit": case,
            "what": "photo",
            "about": "",
            "content": base64.b64encode(photo).decode(),
        },
    ]


def _parcels(written: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """As the page packs them."""
    parcels: list[list[dict[str, Any]]] = [[]]
    size = 0
    for item in (one for visit in written for one in visit):
        more = len(json.dumps(item, ensure_ascii=False))
        if len(parcels[-1]) >= THINGS or size + more > BYTES:
            parcels.append([])
            size = 0
        parcels[-1].append(item)
        size += more
    return parcels


def _post(client: Any, inspector: Any, items: list[dict[str, Any]]) -> list[str]:
    body = {"owner": inspector.public_id, "device_now": datetime.now(UTC).isoformat(), "items": items}
    response = client.post("/office/visits/field/sync", json.dumps(body), content_type="application/json")
    if response.status_code != 200:
        raise SystemExit(response.content.decode()[:500])
    return [one["state"] for one in json.loads(response.content)["answers"]]


def _floor() -> tuple[float, int]:
    """Seconds for the same rows by plain INSERT into copies, and their number."""
    import psycopg
    from psycopg import sql

    from xinheng.config.postgres import ensure_running

    server = ensure_running(Path(os.environ["XINHENG_HOME"]), environ={})
    work: list[tuple[Any, tuple[Any, ...]]] = []
    with psycopg.connect(server.url_for(), autocommit=True) as owner:
        for table, where in TABLES.items():
            copy = sql.Identifier(f"bench_{table}")
            source = sql.Identifier(table)
            owner.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING INDEXES)").format(copy, source)
            )
            columns = [
                row[0]
                for row in owner.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' "
                    "ORDER BY ordinal_position",
                    [table],
                )
            ]
            names = sql.SQL(", ").join(sql.Identifier(one) for one in columns)
            casts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(one)) for one in columns)
            rows = owner.execute(sql.SQL("SELECT {} FROM {} WHERE " + where).format(casts, source)).fetchall()
            marks = sql.SQL(", ").join(sql.Placeholder() * len(columns))
            insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(copy, names, marks)
            work += [(insert, row) for row in rows]
        begun = time.perf_counter()
        for at in range(0, len(work), 100):
            with owner.transaction():
                for insert, row in work[at : at + 100]:
                    owner.execute(insert, row)
        return time.perf_counter() - begun, len(work)

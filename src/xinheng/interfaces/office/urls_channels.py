"""The addresses of the office for what other systems and platforms bring and are told: keys, webhooks, connectors, exchange."""

from django.urls import URLPattern, path

from xinheng.interfaces.office import (
    connectors,
    exchanges,
    exchanges_holdings,
    senders,
    webhooks,
)

urlpatterns: list[URLPattern] = [
    path("senders/", senders.senders, name="senders"),
    path("senders/new/", senders.new_sender, name="new_sender"),
    path("senders/<slug:sender>/", senders.sender, name="sender"),
    path("senders/<slug:sender>/revoke/", senders.revoke_sender, name="revoke_sender"),
    path("senders/places/<int:row>/settle/", senders.settle_place_page, name="settle_place"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<slug:webhook>/", webhooks.webhook, name="webhook"),
    path("webhooks/<slug:webhook>/end/", webhooks.end_webhook_page, name="end_webhook"),
    path("webhooks/messages/<slug:message>/repeat/", webhooks.repeat_webhook, name="repeat_webhook"),
    path("connectors/", connectors.connectors, name="connectors"),
    path("connectors/new/", connectors.new_connector, name="new_connector"),
    path("connectors/<slug:connector>/", connectors.connector, name="connector"),
    path("connectors/<slug:connector>/fetch/", connectors.fetch_connector, name="fetch_connector"),
    path("connectors/<slug:connector>/release/", connectors.release_connector, name="release_connector"),
    path("connectors/<slug:connector>/end/", connectors.end_connector_page, name="end_connector"),
    path("exchanges/", exchanges.exchanges, name="exchanges"),
    path("exchanges/new/", exchanges.new_exchange, name="new_exchange"),
    path("exchanges/<slug:peer>/", exchanges.exchange, name="exchange"),
    path("exchanges/<slug:peer>/decide/", exchanges.decide_exchange, name="decide_exchange"),
    path("exchanges/<slug:peer>/end/", exchanges.end_exchange, name="end_exchange"),
    path("exchanges/<slug:peer>/key/", exchanges.exchange_key, name="exchange_key"),
    path("exchanges/<slug:peer>/holdings/", exchanges_holdings.exchange_holdings, name="exchange_holdings"),
    path("exchanges/<slug:peer>/holdings.csv", exchanges_holdings.exchange_table, name="exchange_table"),
    path("exchanges/<slug:peer>/compare/", exchanges_holdings.compare_exchange, name="compare_exchange"),
    path("exchanges/<slug:peer>/ask/", exchanges_holdings.ask_exchange, name="ask_exchange"),
    path("exchanges/<slug:peer>/resend/", exchanges_holdings.resend_exchange, name="resend_exchange"),
]

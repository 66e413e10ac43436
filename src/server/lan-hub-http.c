/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * /metrics (Prometheus text) and /healthz on a local listener: libwebsockets on a thread of its own, which
 * only ever sees a page that the loop publishes four times a second. A page that grows old says that the
 * loop is stuck.
 */
#include "lan-hub-private.h"

#include <libwebsockets.h>
#include <string.h>

#define STALE_US G_GINT64_CONSTANT (5000000)

struct _LanHubHttp {
  struct lws_context *context;
  GThread *thread;
  int is_stopping; /* atomic */
  GMutex lock;
  GBytes *page;        /* /metrics */
  gint64 page_us;      /* monotonic, when it was published */
  gboolean is_failing; /* the store failed lately */
  guint64 failures;    /* of the store, when last published */
};

typedef struct {
  GBytes *body; /* not yet sent */
} Request;

static GBytes *
health (LanHubHttp *http, guint *code)
{
  gboolean is_stuck, is_failing;

  g_mutex_lock (&http->lock);
  is_stuck = g_get_monotonic_time () - http->page_us > STALE_US;
  is_failing = http->is_failing;
  g_mutex_unlock (&http->lock);
  *code = is_stuck || is_failing ? 503 : 200;
  return g_bytes_new_static (is_stuck     ? "stuck\n"
                             : is_failing ? "storage fails\n"
                                          : "ok\n",
                             is_stuck     ? 6
                             : is_failing ? 14
                                          : 3);
}

static GBytes *
find_page (LanHubHttp *http, const char *path, guint *code)
{
  GBytes *page = NULL;

  *code = 200;
  if (strcmp (path, "/healthz") == 0)
    return health (http, code);
  if (strcmp (path, "/metrics") == 0) {
    g_mutex_lock (&http->lock);
    page = http->page != NULL ? g_bytes_ref (http->page) : NULL;
    g_mutex_unlock (&http->lock);
  }
  if (page == NULL) {
    *code = 404;
    page = g_bytes_new_static ("not found\n", 10);
  }
  return page;
}

static int
answer (struct lws *wsi, LanHubHttp *http, Request *request, const char *path)
{
  guint8 head[LWS_PRE + 512], *start = head + LWS_PRE, *p = start, *end = head + sizeof head - 1;
  guint code;

  g_clear_pointer (&request->body, g_bytes_unref);
  request->body = find_page (http, path, &code);
  if (lws_add_http_common_headers (wsi, code, "text/plain; version=0.0.4; charset=utf-8",
                                   (lws_filepos_t) g_bytes_get_size (request->body), &p, end) ||
      lws_finalize_write_http_header (wsi, start, &p, end))
    return 1;
  lws_callback_on_writable (wsi);
  return 0;
}

static int
write_body (struct lws *wsi, Request *request)
{
  g_autofree guint8 *copy = NULL;
  gsize len;
  const guint8 *data;

  if (request->body == NULL)
    return 0;
  data = g_bytes_get_data (request->body, &len);
  copy = g_malloc (LWS_PRE + len);
  memcpy (copy + LWS_PRE, data, len);
  if (lws_write (wsi, copy + LWS_PRE, len, LWS_WRITE_HTTP_FINAL) != (int) len)
    return 1;
  g_clear_pointer (&request->body, g_bytes_unref);
  return lws_http_transaction_completed (wsi) ? -1 : 0;
}

static int
on_http (struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
  LanHubHttp *http = lws_context_user (lws_get_context (wsi));
  Request *request = user;

  switch ((int) reason) {
  case LWS_CALLBACK_HTTP:
    return answer (wsi, http, request, in);
  case LWS_CALLBACK_HTTP_WRITEABLE:
    return write_body (wsi, request);
  case LWS_CALLBACK_CLOSED_HTTP:
    if (request != NULL)
      g_clear_pointer (&request->body, g_bytes_unref);
    return 0;
  default:
    return lws_callback_http_dummy (wsi, reason, user, in, len);
  }
}

static const struct lws_protocols protocols[] = {
  { .name = "http", .callback = on_http, .per_session_data_size = sizeof (Request) },
  { .name = NULL },
};

static gpointer
run_thread (gpointer data)
{
  LanHubHttp *http = data;

  while (!g_atomic_int_get (&http->is_stopping) && lws_service (http->context, 0) >= 0)
    ;
  return NULL;
}

LanHubHttp *
lan_hub_http_new (const char *address, GError **error)
{
  LanHubHttp *http = g_new0 (LanHubHttp, 1);
  g_autofree char *host = NULL;
  guint16 port = 0;
  struct lws_context_creation_info info = { .protocols = protocols,
                                            .gid = -1,
                                            .uid = -1,
                                            .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
                                            .fd_limit_per_thread = 64,
                                            .keepalive_timeout = 10,
                                            .timeout_secs = 10 };

  lws_set_log_level (0, NULL);
  g_mutex_init (&http->lock);
  if (lan_hub_address_split (address, 0, &host, &port)) {
    info.user = http;
    http->context = lws_create_context (&info);
    info.iface = host;
    info.port = port;
    info.options = strchr (host, ':') == NULL ? LWS_SERVER_OPTION_DISABLE_IPV6 : 0;
  }
  {
    struct lws_vhost *vhost =
        http->context != NULL ? lws_create_vhost (http->context, &info) : NULL;

    if (vhost == NULL) {
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "[http] listen = %s: %s", address,
                   "the address is in use or none of this host's");
      lan_hub_http_free (http);
      return NULL;
    }
    lan_hub_log (LAN_HUB_LOG_NOTICE, "http", "address=%s port=%d", host,
                 lws_get_vhost_listen_port (vhost));
  }
  http->page_us = g_get_monotonic_time ();
  http->thread = g_thread_new ("lan-hub-http", run_thread, http);
  return http;
}

void
lan_hub_http_free (LanHubHttp *http)
{
  g_atomic_int_set (&http->is_stopping, 1);
  if (http->thread != NULL) {
    lws_cancel_service (http->context);
    g_thread_join (http->thread);
  }
  if (http->context != NULL)
    lws_context_destroy (http->context);
  g_clear_pointer (&http->page, g_bytes_unref);
  g_mutex_clear (&http->lock);
  g_free (http);
}

static void
add (GString *page, const char *name, const char *type, const char *help, guint64 value)
{
  g_string_append_printf (
      page, "# HELP lanyard_%s %s\n# TYPE lanyard_%s %s\nlanyard_%s %" G_GUINT64_FORMAT "\n", name,
      help, name, type, name, value);
}

static void
add_registry (GString *page, const LanRegistryCounters *c)
{
  add (page, "accounts", "gauge", "Accounts", c->accounts);
  add (page, "devices", "gauge", "Enrolled devices", c->devices);
  add (page, "logged_in", "gauge", "Connections that are logged in", c->logged_in);
  add (page, "logins_total", "counter", "Logins", c->logins);
  add (page, "logins_refused_total", "counter", "Logins refused", c->logins_refused);
  add (page, "enrolments_total", "counter", "Enrolments", c->enrolments);
  add (page, "enrolments_refused_total", "counter", "Enrolments refused", c->enrolments_refused);
  add (page, "signals_total", "counter", "Signals routed", c->signals);
  add (page, "signals_refused_total", "counter", "Signals refused", c->signals_refused);
  add (page, "deposits_total", "counter", "Envelopes stored", c->deposits);
  add (page, "deposits_refused_total", "counter", "Envelopes refused", c->deposits_refused);
  add (page, "mail_given_total", "counter", "Envelopes handed to recipients", c->mail_given);
  add (page, "mail_acked_total", "counter", "Envelopes taken by recipients", c->mail_acked);
  add (page, "presence_total", "counter", "Presence frames sent", c->presence_sent);
  add (page, "presence_shed_total", "counter", "Presence frames left out under load",
       c->presence_shed);
  add (page, "frames_refused_total", "counter", "Frames that broke a rule", c->frames_refused);
  add (page, "prekey_bundles_total", "counter", "Prekey bundles given", c->bundles);
  add (page, "turn_credentials_total", "counter", "Relay credentials given", c->turn_credentials);
  add (page, "directory_epoch", "gauge", "Epoch of the newest directory head", c->dir_epoch);
  add (page, "directory_entries", "gauge", "Entries of the directory's log", c->dir_size);
}

static void
add_hub (GString *page, LanHub *hub, const LanHubStoreCounters *s)
{
  const LanHubCounters *c = &hub->counters;

  add (page, "connections", "gauge", "Open connections", hub->conns);
  add (page, "unauthenticated", "gauge", "Connections that are not logged in",
       lan_hub_gate_unfinished (hub->gate));
  add (page, "accepted_total", "counter", "Connections accepted", c->accepted);
  for (guint i = 1; i < LAN_HUB_GATE_N; i++)
    g_string_append_printf (page, "%slanyard_refused_total{why=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            i == 1
                                ? "# HELP lanyard_refused_total Connections refused at the gate\n"
                                  "# TYPE lanyard_refused_total counter\n"
                                : "",
                            lan_hub_gate_answer_name ((LanHubGateAnswer) i), c->refused[i]);
  add (page, "handshakes_total", "counter", "Handshakes done", c->handshakes);
  add (page, "handshakes_failed_total", "counter", "Handshakes failed", c->handshakes_failed);
  add (page, "received_bytes_total", "counter", "Bytes received", c->bytes_in);
  add (page, "sent_bytes_total", "counter", "Bytes sent", c->bytes_out);
  add (page, "writes_total", "counter", "Writes to sockets", c->writes);
  add (page, "dropped_slow_total", "counter", "Clients dropped that did not read", c->dropped_slow);
  add (page, "relay_starts_total", "counter", "Starts of the bundled relay", c->relay_starts);
  add (page, "store_operations_total", "counter", "Operations of the store", s->operations);
  add (page, "store_commits_total", "counter", "Transactions of the store", s->commits);
  add (page, "store_failures_total", "counter", "Operations that failed", s->failures);
  add (page, "store_commit_microseconds_total", "counter", "Time spent in transactions",
       s->commit_us);
  add (page, "store_commit_microseconds_max", "gauge", "Longest transaction", s->commit_max_us);
  add (page, "store_waiting", "gauge", "Operations that wait", s->waiting);
}

void
lan_hub_http_publish (LanHub *hub)
{
  LanHubHttp *http = hub->http;
  GString *page = g_string_sized_new (8192);
  LanRegistryCounters registry;
  LanHubStoreCounters store;
  GBytes *old;

  lan_registry_get_counters (hub->registry, &registry);
  lan_hub_store_get_counters (hub->store, &store);
  add_registry (page, &registry);
  add_hub (page, hub, &store);
  g_mutex_lock (&http->lock);
  old = http->page;
  http->page = g_string_free_to_bytes (page);
  http->page_us = g_get_monotonic_time ();
  http->is_failing = store.failures > http->failures;
  g_mutex_unlock (&http->lock);
  http->failures = store.failures;
  g_clear_pointer (&old, g_bytes_unref);
}

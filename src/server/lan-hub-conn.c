/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One client's connection: gate, handshake, frames in, the end of it. An idle connection is this
 * struct, a slot of keys (lan-slim-lane.h) and the registry's own: no buffer.
 */
#include "lan-hub-private.h"
#include "lan-random-system.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#define BACKLOG   1024
#define SECOND_US G_GINT64_CONSTANT (1000000)

static gboolean
accept_pattern (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return kind == LAN_LANE_KIND_SERVER &&
         (pattern == LAN_LANE_PATTERN_XK || pattern == LAN_LANE_PATTERN_NK ||
          pattern == LAN_LANE_PATTERN_XX);
}

static const LanLaneListener lane_callbacks = { .accept = accept_pattern };

static guint32
to_ms (gint64 us)
{
  return (guint32) (us / 1000);
}

/* ---- ends ---- */

static void
on_closed (uv_handle_t *handle)
{
  LanHubConn *conn = (LanHubConn *) handle;
  LanHub *hub = conn->hub;

  if (conn->is_dirty)
    g_ptr_array_remove_fast (hub->dirty, conn);
  if (conn->out != NULL)
    lan_hub_give_buffer (hub, conn->out);
  lan_slim_lane_free (hub->pool, conn->slim);
  lan_lane_free (conn->lane);
  hub->conns--;
  g_free (conn);
}

static void
leave_list (LanHubConn *conn)
{
  if (conn->link != NULL)
    g_queue_delete_link (&conn->hub->handshaking, g_steal_pointer (&conn->link));
}

/* Nothing of the connection may be called by the registry after this; memory goes in on_closed(). */
void
lan_hub_conn_close (LanHubConn *conn, gboolean failed)
{
  LanHub *hub = conn->hub;
  LanTime now;

  if (uv_is_closing ((uv_handle_t *) &conn->tcp))
    return;
  conn->state = CONN_CLOSING;
  leave_list (conn);
  lan_hub_now (&now);
  if (conn->is_listed)
    lan_hub_gate_leave (hub->gate, &conn->key, conn->is_finished, failed, now.mono_us);
  uv_close ((uv_handle_t *) &conn->tcp, on_closed);
  if (conn->peer != NULL)
    lan_registry_disconnect (hub->registry, g_steal_pointer (&conn->peer), &now);
}

void
lan_hub_conn_end (LanHubConn *conn)
{
  LanTime now;

  if (conn->is_ending || uv_is_closing ((uv_handle_t *) &conn->tcp))
    return;
  if (conn->slim != NULL)
    lan_slim_lane_end (conn->slim, lan_hub_conn_out (conn));
  else if (conn->out == NULL)
    (void) lan_hub_conn_out (conn);
  conn->is_ending = TRUE;
  conn->accepted_ms = 0;
  if (conn->peer != NULL) {
    lan_hub_now (&now);
    lan_registry_disconnect (conn->hub->registry, g_steal_pointer (&conn->peer), &now);
  }
  if (conn->link == NULL) {
    /* Back among those who have a deadline: who does not read is dropped all the same. */
    lan_hub_now (&now);
    conn->accepted_ms = to_ms (now.mono_us);
    conn->has_spoken = TRUE;
    g_queue_push_tail (&conn->hub->handshaking, conn);
    conn->link = conn->hub->handshaking.tail;
  }
}

void
lan_hub_conn_logged_in (LanHubConn *conn)
{
  if (conn->is_finished || !conn->is_listed)
    return;
  conn->is_finished = TRUE;
  lan_hub_gate_finish (conn->hub->gate, &conn->key);
}

/* ---- reading ---- */

const char *
lan_hub_conn_address (LanHubConn *conn, char *text, gsize len)
{
  struct sockaddr_storage address;
  int size = sizeof address;

  g_strlcpy (text, "?", len);
  if (uv_tcp_getpeername (&conn->tcp, (struct sockaddr *) &address, &size) == 0)
    (void) getnameinfo ((struct sockaddr *) &address, (socklen_t) size, text, (socklen_t) len, NULL,
                        0, NI_NUMERICHOST);
  if (g_str_has_prefix (text, "::ffff:") && strchr (text, '.') != NULL)
    memmove (text, text + 7, len - 7);
  return text;
}

static guint16
peer_port (LanHubConn *conn)
{
  struct sockaddr_storage address = { 0 };
  int size = sizeof address;

  if (uv_tcp_getpeername (&conn->tcp, (struct sockaddr *) &address, &size) != 0)
    return 0;
  /* The port lies at the same place in both. */
  return g_ntohs (((struct sockaddr_in *) &address)->sin_port);
}

static void
fail_handshake (LanHubConn *conn, LanStatus status)
{
  char address[64];

  conn->hub->counters.handshakes_failed++;
  lan_hub_log (LAN_HUB_LOG_INFO, "handshake-failed", "address=%s why=%s",
               lan_hub_conn_address (conn, address, sizeof address), lan_status_name (status));
  lan_hub_conn_close (conn, TRUE);
}

static void
on_frame (gpointer user_data, const guint8 *frame, gsize len)
{
  LanHubConn *conn = user_data;
  LanTime now;

  if (conn->peer == NULL)
    return;
  lan_hub_turn_time (conn->hub, &now);
  lan_registry_frame (conn->hub->registry, conn->peer, frame, len, &now);
  lan_hub_drain (conn->hub);
}

static void
take_output (LanHubConn *conn)
{
  g_autoptr (GBytes) bytes = lan_lane_take_output (conn->lane);
  gsize len;

  if (bytes != NULL) {
    const guint8 *data = g_bytes_get_data (bytes, &len);

    g_byte_array_append (lan_hub_conn_out (conn), data, (guint) len);
  }
}

static void
establish (LanHubConn *conn, const LanLaneEvent *event, const LanTime *now)
{
  LanHub *hub = conn->hub;
  char address[64];

  hub->counters.handshakes++;
  if (event->pattern == LAN_LANE_PATTERN_XX) {
    /* Somebody wanted to know which key we have, and knows it now. */
    lan_lane_close (conn->lane);
    return;
  }
  conn->peer = lan_registry_connect (
      hub->registry, (guint64) (gsize) conn,
      event->pattern == LAN_LANE_PATTERN_XK && event->has_remote_static ? event->remote_static
                                                                        : NULL,
      event->handshake_hash, lan_hub_conn_address (conn, address, sizeof address), peer_port (conn),
      now);
  conn->state = CONN_OPEN;
}

static void
take_events (LanHubConn *conn, const LanTime *now)
{
  g_autoptr (GPtrArray) early = NULL; /* frames that came with the end of the handshake */
  LanStatus failed = LAN_STATUS_OK;
  LanLaneEvent event;

  while (lan_lane_next_event (conn->lane, &event)) {
    if (event.type == LAN_LANE_ESTABLISHED) {
      establish (conn, &event, now);
    } else if (event.type == LAN_LANE_FRAME) {
      if (early == NULL)
        early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_ptr_array_add (early, g_steal_pointer (&event.frame));
    } else if (event.type == LAN_LANE_FAILED) {
      failed = event.status;
    }
    lan_lane_event_clear (&event);
  }
  take_output (conn);
  if (failed != LAN_STATUS_OK) {
    fail_handshake (conn, failed);
    return;
  }
  if (conn->state != CONN_OPEN) {
    if (!lan_lane_is_open (conn->lane) && lan_lane_next_deadline (conn->lane) == LAN_NO_DEADLINE)
      lan_hub_conn_end (conn);
    return;
  }
  conn->slim = lan_slim_lane_adopt (conn->hub->pool, conn->lane, now->mono_us);
  g_clear_pointer (&conn->lane, lan_lane_free);
  leave_list (conn);
  lan_hub_drain (conn->hub);
  for (guint i = 0; early != NULL && i < early->len; i++) {
    gsize len;
    const guint8 *data = g_bytes_get_data (early->pdata[i], &len);

    on_frame (conn, data, len);
  }
}

static void
feed (LanHubConn *conn, guint8 *data, gsize len)
{
  LanStatus status;
  LanTime now;

  lan_hub_turn_time (conn->hub, &now);
  conn->has_spoken = TRUE;
  conn->hub->counters.bytes_in += len;
  if (conn->is_ending)
    return;
  if (conn->lane != NULL) {
    (void) lan_lane_feed (conn->lane, data, len, now.mono_us);
    take_events (conn, &now);
    return;
  }
  status = lan_slim_lane_feed (conn->slim, data, len, now.mono_us, on_frame, conn);
  if (status != LAN_STATUS_OK)
    lan_hub_conn_close (conn, !conn->is_finished);
  else if (lan_slim_lane_state (conn->slim) == LAN_SLIM_LANE_ENDED)
    lan_hub_conn_end (conn);
}

static void
on_alloc (uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
  LanHubConn *conn = (LanHubConn *) handle;

  *buf = uv_buf_init ((char *) conn->hub->read_buffer, LAN_HUB_READ_BYTES);
}

static void
on_read (uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
  LanHubConn *conn = (LanHubConn *) stream;
  LanHub *hub = conn->hub;

  if (n > 0)
    feed (conn, (guint8 *) buf->base, (gsize) n);
  else if (n < 0)
    lan_hub_conn_close (conn, conn->lane != NULL && !conn->is_ending);
  lan_hub_drain (hub);
}

/* ---- accepting ---- */

static LanLane *
new_lane (LanHub *hub, gint64 now_us)
{
  const LanLaneConfig config = { .listener = &lane_callbacks,
                                 .local_secret = hub->keys->secret,
                                 .local_public = hub->keys->server_public,
                                 .net_id = hub->net_id,
                                 .random = lan_random_system () };

  return lan_lane_new_listener (&config, now_us);
}

static gboolean
pass_gate (LanHubConn *conn, gint64 now_us)
{
  LanHub *hub = conn->hub;
  struct sockaddr_storage address;
  int size = sizeof address;
  LanHubGateAnswer answer;

  if (uv_tcp_getpeername (&conn->tcp, (struct sockaddr *) &address, &size) != 0)
    return FALSE;
  lan_hub_gate_key (&conn->key, (struct sockaddr *) &address);
  answer = lan_hub_gate_enter (hub->gate, &conn->key, now_us);
  if (answer == LAN_HUB_GATE_OPEN)
    return conn->is_listed = TRUE;
  /* The first of each thousand is logged: a flood must not become a flood of lines. */
  if (hub->counters.refused[answer]++ % 1000 == 0) {
    char text[64];

    lan_hub_log (LAN_HUB_LOG_NOTICE, "refused", "address=%s why=%s",
                 lan_hub_conn_address (conn, text, sizeof text), lan_hub_gate_answer_name (answer));
  }
  return FALSE;
}

static void
on_connection (uv_stream_t *listener, int status)
{
  LanHub *hub = listener->data;
  LanHubConn *conn;
  LanTime now;

  if (status < 0) {
    lan_hub_log (LAN_HUB_LOG_ERROR, "accept-failed", "why=%s", uv_err_name (status));
    return;
  }
  lan_hub_now (&now);
  conn = g_new0 (LanHubConn, 1);
  conn->hub = hub;
  hub->conns++;
  hub->counters.accepted++;
  uv_tcp_init (&hub->loop, &conn->tcp);
  conn->accepted_ms = to_ms (now.mono_us);
  if (uv_accept (listener, (uv_stream_t *) &conn->tcp) != 0 || hub->stopping_us != 0 ||
      !pass_gate (conn, now.mono_us)) {
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  (void) uv_tcp_nodelay (&conn->tcp, 1);
  conn->lane = new_lane (hub, now.mono_us);
  g_queue_push_tail (&hub->handshaking, conn);
  conn->link = hub->handshaking.tail;
  if (uv_read_start ((uv_stream_t *) &conn->tcp, on_alloc, on_read) != 0)
    lan_hub_conn_close (conn, FALSE);
}

void
lan_hub_conns_tick (LanHub *hub, gint64 now_us)
{
  guint32 first = (guint32) (hub->config->first_bytes * 1000);
  guint32 whole = (guint32) (hub->config->handshake * 1000);
  GList *next;

  for (GList *l = hub->handshaking.head; l != NULL; l = next) {
    LanHubConn *conn = l->data;
    guint32 age = to_ms (now_us) - conn->accepted_ms;

    next = l->next;
    if (conn->is_ending && age >= whole)
      lan_hub_conn_close (conn, FALSE);
    else if (!conn->is_ending && (age >= whole || (!conn->has_spoken && age >= first)))
      fail_handshake (conn, LAN_STATUS_EXPIRED);
  }
}

static void
drop_one (uv_handle_t *handle, void *arg)
{
  LanHub *hub = arg;

  if (handle->type != UV_TCP || uv_is_closing (handle))
    return;
  for (guint i = 0; i < hub->n_listeners; i++)
    if (handle == (uv_handle_t *) &hub->listeners[i])
      return;
  lan_hub_conn_close ((LanHubConn *) handle, FALSE);
}

void
lan_hub_conns_drop_all (LanHub *hub)
{
  uv_walk (&hub->loop, drop_one, hub);
}

static int
bind_one (LanHub *hub, uv_tcp_t *tcp, const char *host, guint16 port)
{
  struct sockaddr_storage address;
  int rc = uv_ip4_addr (host, port, (struct sockaddr_in *) &address);

  if (rc != 0)
    rc = uv_ip6_addr (host, port, (struct sockaddr_in6 *) &address);
  if (rc == 0)
    rc = uv_tcp_bind (tcp, (struct sockaddr *) &address, 0);
  return rc == 0 ? uv_listen ((uv_stream_t *) tcp, BACKLOG, on_connection) : rc;
}

static void
log_listening (uv_tcp_t *tcp)
{
  struct sockaddr_storage address;
  char host[64] = "?", port[8] = "?";
  int size = sizeof address;

  if (uv_tcp_getsockname (tcp, (struct sockaddr *) &address, &size) == 0)
    (void) getnameinfo ((struct sockaddr *) &address, (socklen_t) size, host, sizeof host, port,
                        sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  lan_hub_log (LAN_HUB_LOG_NOTICE, "listening", "address=%s port=%s", host, port);
}

gboolean
lan_hub_listen (LanHub *hub, GError **error)
{
  hub->n_listeners = g_strv_length (hub->config->listen);
  hub->listeners = g_new0 (uv_tcp_t, hub->n_listeners);
  for (guint i = 0; i < hub->n_listeners; i++) {
    g_autofree char *host = NULL;
    guint16 port = 0;
    int rc;

    uv_tcp_init (&hub->loop, &hub->listeners[i]);
    hub->listeners[i].data = hub;
    if (!lan_hub_address_split (hub->config->listen[i], LAN_HUB_PORT, &host, &port))
      continue;
    rc = bind_one (hub, &hub->listeners[i], host, port);
    if ((rc == UV_EAFNOSUPPORT || rc == UV_EADDRNOTAVAIL) && strcmp (host, "::") == 0)
      rc = bind_one (hub, &hub->listeners[i], "0.0.0.0", port); /* a host without IPv6 */
    if (rc != 0) {
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s: %s", hub->config->listen[i],
                   uv_strerror (rc));
      return FALSE;
    }
    log_listening (&hub->listeners[i]);
  }
  return TRUE;
}

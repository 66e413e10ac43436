/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-path.h"

#include "lan-batch-out.h"
#include "lan-deadlines.h"
#include "lan-link-error.h"
#include "lan-path-close.h"
#include "lan-path-signal.h"
#include "lan-ticker.h"

#include <nice/agent.h>
#include <nice/interfaces.h>
#include <string.h>

#define COMPONENT           1
#define PACING_MS           5 /* between two checks; libnice's 20 costs a LAN half its set-up time */
#define LOCAL_ADDRESSES_MAX 12
#define SOCKET_BUFFER_BYTES (1024 * 1024)

struct _LanPath {
  NiceAgent *agent;
  guint stream;
  LanPathEvents events;
  gpointer data;
  GMainContext *context;
  LanTicker *ticker; /* sends what `news` has gathered */
  GString *news;
  const char *wish; /* a line that asks something of the answer */
  gboolean has_said_credentials;
  gboolean is_gathered, has_said_complete;
  gboolean has_relays; /* that may keep something for us */
  gboolean has_remote;
  guint n_remote;
  char remote_ufrag[LAN_PATH_UFRAG_MAX + 1];
  LanPathState state;
  LanPathType type;
  gint64 remote_at_us, connect_us;
  LanBatchOut *batch;         /* made with the first datagram */
  GSocket *direct;            /* of the selected pair, NULL when it is relayed or unknown */
  struct sockaddr_storage to; /* the other end of it */
};

const char *
lan_path_type_name (LanPathType type)
{
  static const char *const names[] = { "", "direct", "relayed" };

  return (guint) type < G_N_ELEMENTS (names) ? names[type] : "";
}

/* ---- configuration ---- */

LanRelay *
lan_relay_new (LanRelayType type, const char *host, guint16 port, const char *username,
               const char *password)
{
  LanRelay *relay = g_new (LanRelay, 1);

  *relay = (LanRelay){ g_strdup (host), port, g_strdup (username), g_strdup (password), type };
  return relay;
}

void
lan_relay_free (LanRelay *relay)
{
  if (relay == NULL)
    return;
  g_free (relay->host);
  g_free (relay->username);
  g_free (relay->password);
  g_free (relay);
}

void
lan_path_config_copy (LanPathConfig *to, const LanPathConfig *from)
{
  *to = *from;
  to->addresses = g_strdupv (from->addresses);
  to->stun_host = g_strdup (from->stun_host);
  to->relays = NULL;
  if (from->relays == NULL)
    return;
  to->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_relay_free);
  for (guint i = 0; i < from->relays->len; i++) {
    const LanRelay *r = g_ptr_array_index (from->relays, i);

    g_ptr_array_add (to->relays,
                     lan_relay_new (r->type, r->host, r->port, r->username, r->password));
  }
}

void
lan_path_config_clear (LanPathConfig *config)
{
  g_clear_pointer (&config->addresses, g_strfreev);
  g_clear_pointer (&config->stun_host, g_free);
  g_clear_pointer (&config->relays, g_ptr_array_unref);
}

static gboolean
add_address (LanPath *path, const char *text)
{
  NiceAddress address;

  nice_address_init (&address);
  if (!nice_address_set_from_string (&address, text) ||
      (address.s.addr.sa_family == AF_INET6 &&
       IN6_IS_ADDR_LINKLOCAL (&address.s.ip6.sin6_addr))) /* a candidate has no scope */
    return FALSE;
  return nice_agent_add_local_address (path->agent, &address);
}

/* libnice would take link-local addresses too, and none when the machine has only loopback. */
static void
add_addresses (LanPath *path, const LanPathConfig *config)
{
  guint n = 0;
  GList *ips;

  if (config->addresses != NULL) {
    for (guint i = 0; config->addresses[i] != NULL && n < LOCAL_ADDRESSES_MAX; i++)
      n += add_address (path, config->addresses[i]);
    return;
  }
  ips = nice_interfaces_get_local_ips (FALSE);
  for (GList *l = ips; l != NULL && n < LOCAL_ADDRESSES_MAX; l = l->next)
    n += add_address (path, l->data);
  g_list_free_full (ips, g_free);
  if (n == 0)
    add_address (path, "127.0.0.1");
}

static void
add_servers (LanPath *path, const LanPathConfig *config)
{
  if (config->stun_host != NULL)
    g_object_set (path->agent, "stun-server", config->stun_host, "stun-server-port",
                  (guint) config->stun_port, NULL);
  if (config->direct_only)
    return;
  g_object_set (path->agent, "force-relay", config->force_relay, NULL);
  for (guint i = 0; config->relays != NULL && i < config->relays->len; i++) {
    static const NiceRelayType types[] = { NICE_RELAY_TYPE_TURN_UDP, NICE_RELAY_TYPE_TURN_TCP,
                                           NICE_RELAY_TYPE_TURN_TLS };
    const LanRelay *r = g_ptr_array_index (config->relays, i);

    if (!nice_agent_set_relay_info (path->agent, path->stream, COMPONENT, r->host, r->port,
                                    r->username, r->password, types[r->type]))
      g_info ("a relay was refused by the ICE agent");
    else
      path->has_relays = TRUE;
  }
}

/* ---- what we tell the other side ---- */

static void
say_credentials (LanPath *path)
{
  char *ufrag = NULL, *password = NULL;

  if (path->has_said_credentials ||
      !nice_agent_get_local_credentials (path->agent, path->stream, &ufrag, &password))
    return;
  path->has_said_credentials = TRUE;
  g_string_append_printf (path->news, "u %s\np %s\n%s", ufrag, password, path->wish);
  g_free (ufrag);
  g_free (password);
}

static void
on_tick (gpointer data)
{
  LanPath *path = data;
  g_autofree char *text = NULL;

  if (path->is_gathered && !path->has_said_complete) {
    path->has_said_complete = TRUE;
    g_string_append (path->news, "e\n");
  }
  if (path->news->len == 0)
    return;
  text = g_string_free (path->news, FALSE);
  path->news = g_string_new (NULL);
  if (path->events.signal != NULL)
    path->events.signal (path, text, path->data);
}

static void
on_new_candidate (NiceAgent *agent, NiceCandidate *candidate, gpointer data)
{
  LanPath *path = data;
  g_autoptr (GString) line = g_string_new (NULL);

  say_credentials (path);
  if (lan_path_signal_append (line, candidate) &&
      path->news->len + line->len < LAN_PATH_SIGNAL_MAX - 2)
    g_string_append_len (path->news, line->str, (gssize) line->len);
  lan_ticker_set (path->ticker, 0);
}

static void
on_gathered (NiceAgent *agent, guint stream, gpointer data)
{
  LanPath *path = data;

  say_credentials (path);
  path->is_gathered = TRUE;
  lan_ticker_set (path->ticker, 0);
}

/* ---- state ---- */

/* A direct pair's datagrams need not pass through the agent one by one. */
static void
take_socket (LanPath *path, const NiceCandidate *remote)
{
  GSocket *sock = nice_agent_get_selected_socket (path->agent, path->stream, COMPONENT);

  if (sock == NULL)
    return;
  path->direct = sock;
  memset (&path->to, 0, sizeof path->to);
  nice_address_copy_to_sockaddr (&remote->addr, (struct sockaddr *) &path->to);
  /* As much as the machine allows; refused is no harm. */
  g_socket_set_option (sock, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER_BYTES, NULL);
  g_socket_set_option (sock, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER_BYTES, NULL);
}

static void
look_at_pair (LanPath *path)
{
  NiceCandidate *local, *remote;

  g_clear_object (&path->direct);
  if (!nice_agent_get_selected_pair (path->agent, path->stream, COMPONENT, &local, &remote))
    return;
  path->type =
      local->type == NICE_CANDIDATE_TYPE_RELAYED || remote->type == NICE_CANDIDATE_TYPE_RELAYED
          ? LAN_PATH_RELAYED
          : LAN_PATH_DIRECT;
  if (local->type != NICE_CANDIDATE_TYPE_RELAYED)
    take_socket (path, remote);
}

/* The only writer of `state`. FAILED is final: a failed agent is never used again. */
static void
set_state (LanPath *path, LanPathState state)
{
  if (path->state == state || path->state == LAN_PATH_FAILED)
    return;
  g_debug ("path %p: state %u -> %u", (gpointer) path, path->state, state);
  path->state = state;
  if (path->events.state != NULL)
    path->events.state (path, state, path->data);
}

static void
on_state (NiceAgent *agent, guint stream, guint component, guint state, gpointer data)
{
  LanPath *path = data;

  switch (state) {
  case NICE_COMPONENT_STATE_CONNECTED: /* READY may come seconds later */
  case NICE_COMPONENT_STATE_READY:
    look_at_pair (path);
    if (path->state == LAN_PATH_CONNECTED)
      break;
    path->connect_us = lan_boottime_us () - path->remote_at_us;
    set_state (path, LAN_PATH_CONNECTED);
    break;
  case NICE_COMPONENT_STATE_FAILED:
    /* Without remote candidates yet, trickle only means: nothing to check so far. */
    if (path->state != LAN_PATH_GATHERING)
      set_state (path, LAN_PATH_FAILED);
    break;
  default:
    break;
  }
}

static void
on_pair (NiceAgent *agent, guint stream, guint component, NiceCandidate *local,
         NiceCandidate *remote, gpointer data)
{
  look_at_pair (data);
}

static void
on_recv (NiceAgent *agent, guint stream, guint component, guint len, char *bytes, gpointer data)
{
  LanPath *path = data;

  if (len > 0 && len <= LAN_PATH_DATAGRAM_MAX && path->events.datagram != NULL)
    path->events.datagram (path, (const guint8 *) bytes, len, path->data);
}

/* ---- life ---- */

LanPath *
lan_path_new (gboolean controlling, const LanPathConfig *config, const LanPathEvents *events,
              gpointer data, GError **error)
{
  LanPath *path = g_new0 (LanPath, 1);

  path->events = *events;
  path->data = data;
  path->context = g_main_context_ref_thread_default ();
  path->news = g_string_new (NULL);
  path->ticker = lan_ticker_new (on_tick, path);
  path->connect_us = -1;
  path->wish = config->direct_only ? "d\n" : config->force_relay ? "r\n" : "";
  path->agent =
      nice_agent_new_full (path->context, NICE_COMPATIBILITY_RFC5245,
                           NICE_AGENT_OPTION_REGULAR_NOMINATION | NICE_AGENT_OPTION_ICE_TRICKLE |
                               NICE_AGENT_OPTION_CONSENT_FRESHNESS);
  g_object_set (path->agent, "controlling-mode", controlling, "upnp", FALSE, "ice-tcp", FALSE,
                "stun-pacing-timer", (guint) PACING_MS, NULL);
  path->stream = nice_agent_add_stream (path->agent, 1);
  add_addresses (path, config);
  add_servers (path, config);
  g_signal_connect (path->agent, "new-candidate-full", G_CALLBACK (on_new_candidate), path);
  g_signal_connect (path->agent, "candidate-gathering-done", G_CALLBACK (on_gathered), path);
  g_signal_connect (path->agent, "component-state-changed", G_CALLBACK (on_state), path);
  g_signal_connect (path->agent, "new-selected-pair-full", G_CALLBACK (on_pair), path);
  if (path->stream == 0 ||
      !nice_agent_attach_recv (path->agent, path->stream, COMPONENT, path->context, on_recv,
                               path) ||
      !nice_agent_gather_candidates (path->agent, path->stream)) {
    g_set_error (error, LAN_LINK_ERROR, LAN_LINK_ERROR_ICE,
                 "the ICE agent could not gather addresses");
    lan_path_free (path);
    return NULL;
  }
  return path;
}

void
lan_path_free (LanPath *path)
{
  if (path == NULL)
    return;
  g_signal_handlers_disconnect_by_data (path->agent, path);
  lan_path_close_agent (path->agent, path->stream, COMPONENT, path->context, path->has_relays);
  lan_ticker_free (path->ticker);
  lan_batch_out_free (path->batch);
  g_clear_object (&path->direct);
  g_string_free (path->news, TRUE);
  g_main_context_unref (path->context);
  g_free (path);
}

/* ---- the other side ---- */

/* A check may come before the candidate it came from: what looked direct may be a relay's. */
static void
look_again (LanPath *path)
{
  LanPathType before = path->type;

  if (path->state != LAN_PATH_CONNECTED)
    return;
  look_at_pair (path);
  if (path->type != before && path->events.state != NULL)
    path->events.state (path, LAN_PATH_CONNECTED, path->data);
}

gboolean
lan_path_add_remote (LanPath *path, const char *text)
{
  g_auto (LanPathSignal) signal = { 0 };

  if (lan_path_signal_parse (&signal, text) != LAN_STATUS_OK)
    return FALSE;
  if (signal.n_candidates + path->n_remote > LAN_PATH_CANDIDATES_MAX)
    return FALSE;
  if (signal.ufrag[0] != '\0') {
    /* Other credentials would be another path. */
    if (path->has_remote && strcmp (path->remote_ufrag, signal.ufrag) != 0)
      return FALSE;
    if (!path->has_remote && !nice_agent_set_remote_credentials (path->agent, path->stream,
                                                                 signal.ufrag, signal.password))
      return FALSE;
    path->has_remote = TRUE;
    g_strlcpy (path->remote_ufrag, signal.ufrag, sizeof path->remote_ufrag);
  }
  if (!path->has_remote)
    return FALSE;
  path->n_remote += signal.n_candidates;
  if (path->remote_at_us == 0)
    path->remote_at_us = lan_boottime_us ();
  if (path->state == LAN_PATH_GATHERING)
    set_state (path, LAN_PATH_CHECKING);
  if (signal.candidates != NULL)
    nice_agent_set_remote_candidates (path->agent, path->stream, COMPONENT, signal.candidates);
  look_again (path);
  if (signal.is_complete)
    nice_agent_peer_candidate_gathering_done (path->agent, path->stream);
  return TRUE;
}

LanPathState
lan_path_state (const LanPath *path)
{
  return path->state;
}

LanPathType
lan_path_type (const LanPath *path)
{
  return path->state == LAN_PATH_CONNECTED ? path->type : LAN_PATH_NONE;
}

static char *
address_text (const NiceAddress *address)
{
  char ip[INET6_ADDRSTRLEN];

  nice_address_to_string (address, ip);
  return g_strdup_printf (strchr (ip, ':') != NULL ? "[%s]:%u" : "%s:%u", ip,
                          nice_address_get_port (address));
}

gboolean
lan_path_addresses (const LanPath *path, char **local_text, char **remote_text)
{
  NiceCandidate *local, *remote;

  if (path->state != LAN_PATH_CONNECTED ||
      !nice_agent_get_selected_pair (path->agent, path->stream, COMPONENT, &local, &remote))
    return FALSE;
  *local_text = address_text (&local->addr);
  *remote_text = address_text (&remote->addr);
  return TRUE;
}

gint64
lan_path_connect_us (const LanPath *path)
{
  return path->connect_us;
}

void
lan_path_send (LanPath *path, const guint8 *bytes, gsize len)
{
  if (path->state == LAN_PATH_CONNECTED)
    nice_agent_send (path->agent, path->stream, COMPONENT, (guint) len, (const char *) bytes);
}

guint8 *
lan_path_slot (LanPath *path)
{
  if (path->batch == NULL)
    path->batch = lan_batch_out_new ();
  return lan_batch_out_slot (path->batch);
}

void
lan_path_add (LanPath *path, gsize len)
{
  lan_batch_out_add (path->batch, len);
  if (lan_batch_out_is_full (path->batch))
    lan_path_flush (path);
}

void
lan_path_flush (LanPath *path)
{
  guint first = 0;

  if (path->batch == NULL || lan_batch_out_count (path->batch) == 0)
    return;
  if (path->state == LAN_PATH_CONNECTED && path->direct != NULL &&
      !lan_batch_out_send (path->batch, g_socket_get_fd (path->direct), &path->to, &first))
    g_clear_object (&path->direct); /* not on this interface: as the agent does it */
  if (path->direct == NULL) {
    for (guint i = first; i < lan_batch_out_count (path->batch); i++) {
      gsize len;
      const guint8 *bytes = lan_batch_out_get (path->batch, i, &len);

      lan_path_send (path, bytes, len);
    }
  }
  lan_batch_out_clear (path->batch);
}

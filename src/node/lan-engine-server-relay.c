/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The relays that the server lends: its URIs to addresses that ICE can use. The server's own name needs
 * no question; other names are looked up, and what was found last time serves until the answer is there.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-server-private.h"

#include <string.h>

void
lan_engine_server_drop_relays (LanEngineServer *self)
{
  if (self->relay_resolving != NULL)
    g_cancellable_cancel (self->relay_resolving);
  g_clear_object (&self->relay_resolving);
  g_ptr_array_set_size (self->relays, 0);
  g_clear_pointer (&self->stun_host, g_free);
}

/* "turn:HOST:PORT?transport=udp", "turns:...", "stun:HOST:PORT"; HOST a name or numeric, v6 in brackets. */
static gboolean
split_uri (const char *uri, const char **rest, LanServerAddress *address)
{
  static const char *const schemes[] = { "stun:", "turns:", "turn:" };
  const char *query = strchr (uri, '?');
  g_autofree char *place = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (!g_str_has_prefix (uri, schemes[i]))
      continue;
    place = query != NULL
                ? g_strndup (uri + strlen (schemes[i]), (gsize) (query - uri) - strlen (schemes[i]))
                : g_strdup (uri + strlen (schemes[i]));
    *rest = query != NULL ? query + 1 : "";
    return lan_server_address_parse (address, place, i == 1 ? 5349 : 3478) == LAN_STATUS_OK;
  }
  return FALSE;
}

/* The server's own name needs no question: its lane knows the address. (nullable) */
static char *
numeric_host (LanEngine *engine, const char *host)
{
  LanEngineServer *self = engine->server;
  LanServerClientInfo info;
  g_autoptr (GSocketAddress) numeric = lan_socket_address_parse (host, 1);
  GSocketAddress *lane;
  guint16 port;

  if (numeric != NULL)
    return g_strdup (host);
  lan_server_client_get_info (self->client, &info);
  if (g_ascii_strcasecmp (host, info.address.host) == 0 && self->lane != NULL &&
      self->lane->channel != NULL) {
    lane = lan_tcp_lane_remote_address (self->lane->channel);
    return lane != NULL ? lan_socket_address_text (lane, &port) : NULL;
  }
  return g_strdup (g_hash_table_lookup (self->relay_hosts, host));
}

static void
add_relay (LanEngine *engine, const char *uri, const char *host, const char *username,
           const char *password)
{
  LanEngineServer *self = engine->server;
  LanServerAddress address;
  const char *rest;
  LanRelayType type = LAN_RELAY_UDP;

  if (!split_uri (uri, &rest, &address))
    return;
  if (g_str_has_prefix (uri, "stun:")) {
    g_free (self->stun_host);
    self->stun_host = g_strdup (host);
    self->stun_port = address.port;
    return;
  }
  if (g_str_has_prefix (uri, "turns:"))
    type = LAN_RELAY_TLS;
  else if (g_str_equal (rest, "transport=tcp"))
    type = LAN_RELAY_TCP;
  g_ptr_array_add (self->relays, lan_relay_new (type, host, address.port, username, password));
}

gboolean
lan_engine_server_has_relay (LanEngine *engine)
{
  return engine->server != NULL && engine->server->relays->len > 0;
}

static void
tell_sessions (LanEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    lan_session_set_relay (((LanPeer *) value)->session, lan_engine_server_has_relay (engine),
                           engine->now.mono_us);
    lan_engine_peer_touch (value);
  }
}

/* --- names --- */

typedef struct {
  LanEngine *engine;
  GCancellable *cancellable;
  char *host;
  char *uri;
  char *username, *password;
  gboolean is_given; /* as found last time; a new answer serves from the next renewal on */
} Lookup;

static void
lookup_free (Lookup *lookup)
{
  g_object_unref (lookup->cancellable);
  g_free (lookup->host);
  g_free (lookup->uri);
  g_free (lookup->username);
  g_free (lookup->password);
  g_free (lookup);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GList *found = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  Lookup *lookup = data;
  g_autofree char *numeric = found != NULL ? g_inet_address_to_string (found->data) : NULL;
  LanEngineServer *self;

  g_resolver_free_addresses (found);
  /* Cancelled: other relays are given since, or the engine is no more. */
  if (!g_cancellable_is_cancelled (lookup->cancellable)) {
    lan_engine_read_clock (lookup->engine);
    lan_engine_touch (lookup->engine);
    self = lookup->engine->server;
    if (numeric == NULL) {
      g_info ("the relay's name %s: %s", lookup->host, error->message);
    } else {
      g_hash_table_replace (self->relay_hosts, g_strdup (lookup->host), g_strdup (numeric));
      if (!lookup->is_given) {
        add_relay (lookup->engine, lookup->uri, numeric, lookup->username, lookup->password);
        self->must_tell = TRUE;
        tell_sessions (lookup->engine);
      }
    }
  }
  lookup_free (lookup);
}

static void
look_up (LanEngine *engine, const LanServerClientAction *action, const char *uri, const char *host,
         gboolean is_given)
{
  LanEngineServer *self = engine->server;
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Lookup *lookup = g_new0 (Lookup, 1);

  if (self->relay_resolving == NULL)
    self->relay_resolving = g_cancellable_new ();
  lookup->engine = engine;
  lookup->cancellable = g_object_ref (self->relay_resolving);
  lookup->host = g_strdup (host);
  lookup->uri = g_strdup (uri);
  lookup->is_given = is_given;
  lookup->username = g_strdup (action->turn.username);
  lookup->password = g_strdup (action->turn.password);
  g_resolver_lookup_by_name_async (resolver, host, lookup->cancellable, on_found, lookup);
}

static void
take_uri (LanEngine *engine, const LanServerClientAction *action, const char *uri)
{
  LanServerAddress address;
  const char *rest;
  g_autofree char *host = NULL;

  if (!split_uri (uri, &rest, &address)) {
    g_info ("a relay that cannot be used: %s", uri);
    return;
  }
  host = numeric_host (engine, address.host);
  if (host != NULL)
    add_relay (engine, uri, host, action->turn.username, action->turn.password);
  if (host == NULL || g_hash_table_contains (engine->server->relay_hosts, address.host))
    look_up (engine, action, uri, address.host, host != NULL);
}

void
lan_engine_server_on_turn (LanEngine *engine, const LanServerClientAction *action)
{
  LanEngineServer *self = engine->server;

  lan_engine_server_drop_relays (self);
  if (action->turn.life_s > 0) {
    for (guint i = 0; action->turn.uris != NULL && i < action->turn.uris->len; i++)
      take_uri (engine, action, g_ptr_array_index (action->turn.uris, i));
  }
  self->must_tell = TRUE;
  tell_sessions (engine);
}

void
lan_engine_path_config (LanEngine *engine, LanPathConfig *config)
{
  const LanEngineServer *self = engine->server;

  if (self == NULL)
    return;
  if (self->stun_host != NULL) {
    config->stun_host = g_strdup (self->stun_host);
    config->stun_port = self->stun_port;
  }
  if (self->relays->len == 0)
    return;
  config->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_relay_free);
  for (guint i = 0; i < self->relays->len; i++) {
    const LanRelay *relay = g_ptr_array_index (self->relays, i);

    g_ptr_array_add (config->relays, lan_relay_new (relay->type, relay->host, relay->port,
                                                    relay->username, relay->password));
  }
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-host-list.h"

#include <gio/gio.h>
#include <string.h>

#define RETRY_SECONDS  60
#define HOST_MAX_BYTES 253
#define MAX_ADDRESSES  8

typedef struct {
  LanHostList *list;
  guint64 origin;
  LanSource source;
  char *text; /* as entered: its name in the list */
  char *host;
  guint16 port;
  GCancellable *lookup; /* running, or NULL */
} Host;

struct _LanHostList {
  GHashTable *hosts; /* Host by .text, owned */
  guint64 next_origin;
  GSource *retry;
  LanHostResolved resolved;
  gpointer user_data;
};

/* What a name or an address is made of; everything else is a typing error. */
static gboolean
is_host_text (const char *host)
{
  gsize len = strlen (host);

  for (const char *p = host; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr (".-_:%", *p) == NULL && (guchar) *p < 0x80)
      return FALSE;
  }
  return len > 0 && len <= HOST_MAX_BYTES && host[0] != '-' && g_utf8_validate (host, -1, NULL);
}

static gboolean
parse_port (const char *text, guint16 *port)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &value, NULL))
    return FALSE;
  *port = (guint16) value;
  return TRUE;
}

char *
lan_host_parse (const char *text, guint16 *port)
{
  g_autofree char *host = NULL;
  const char *rest = "";

  *port = LAN_DISCOVERY_PORT;
  if (text[0] == '[') {
    const char *end = strchr (text, ']');

    if (end == NULL)
      return NULL;
    host = g_strndup (text + 1, (gsize) (end - text - 1));
    rest = end + 1;
    if (!lan_host_is_numeric (host))
      return NULL;
  } else {
    const char *colon = strchr (text, ':');

    /* Two colons and no brackets: an IPv6 address without port. */
    if (colon != NULL && strchr (colon + 1, ':') == NULL) {
      host = g_strndup (text, (gsize) (colon - text));
      rest = colon;
    } else {
      host = g_strdup (text);
      if (colon != NULL && !lan_host_is_numeric (host))
        return NULL;
    }
  }
  if (!is_host_text (host) || (*rest != '\0' && (*rest != ':' || !parse_port (rest + 1, port))))
    return NULL;
  return g_steal_pointer (&host);
}

gboolean
lan_host_is_numeric (const char *host)
{
  const char *scope = strchr (host, '%');
  g_autofree char *bare =
      scope != NULL ? g_strndup (host, (gsize) (scope - host)) : g_strdup (host);

  return g_hostname_is_ip_address (bare) &&
         (scope == NULL || (strchr (bare, ':') != NULL && scope[1] != '\0' && strlen (scope) < 16));
}

static void
host_free (gpointer p)
{
  Host *host = p;

  if (host->lookup != NULL) {
    g_cancellable_cancel (host->lookup);
    g_object_unref (host->lookup);
  }
  g_free (host->text);
  g_free (host->host);
  g_free (host);
}

LanHostList *
lan_host_list_new (LanHostResolved resolved, gpointer user_data)
{
  LanHostList *list = g_new0 (LanHostList, 1);

  list->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, host_free);
  list->next_origin = 1;
  list->resolved = resolved;
  list->user_data = user_data;
  return list;
}

void
lan_host_list_free (LanHostList *list)
{
  if (list == NULL)
    return;
  if (list->retry != NULL) {
    g_source_destroy (list->retry);
    g_source_unref (list->retry);
  }
  g_hash_table_unref (list->hosts);
  g_free (list);
}

static gboolean
on_retry (gpointer data)
{
  LanHostList *list = data;

  g_clear_pointer (&list->retry, g_source_unref);
  lan_host_list_refresh (list);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (LanHostList *list)
{
  if (list->retry != NULL)
    return;
  list->retry = g_timeout_source_new_seconds (RETRY_SECONDS);
  g_source_set_callback (list->retry, on_retry, list, NULL);
  g_source_attach (list->retry, g_main_context_get_thread_default ());
}

static void
on_looked_up (GObject *resolver, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GList *found = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);
  g_autoptr (GPtrArray) addresses = NULL;
  Host *host = data;

  /* Cancelled means that the host is no more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&host->lookup);
  if (error != NULL) {
    g_info ("%s: %s", host->host, error->message);
    schedule_retry (host->list);
    return;
  }
  addresses = g_ptr_array_new_with_free_func (g_free);
  for (GList *l = found; l != NULL && addresses->len < MAX_ADDRESSES; l = l->next)
    g_ptr_array_add (addresses, g_inet_address_to_string (l->data));
  g_resolver_free_addresses (found);
  host->list->resolved (host->origin, host->source, (const char *const *) addresses->pdata,
                        addresses->len, host->port, host->list->user_data);
}

static void
resolve (Host *host)
{
  g_autoptr (GResolver) resolver = NULL;
  const char *numeric = host->host;

  if (lan_host_is_numeric (numeric)) {
    host->list->resolved (host->origin, host->source, &numeric, 1, host->port,
                          host->list->user_data);
    return;
  }
  if (host->lookup != NULL)
    return;
  resolver = g_resolver_get_default ();
  host->lookup = g_cancellable_new ();
  g_resolver_lookup_by_name_async (resolver, host->host, host->lookup, on_looked_up, host);
}

gboolean
lan_host_list_add (LanHostList *list, LanSource source, const char *text, GError **error)
{
  g_autofree char *name = NULL;
  guint16 port;
  Host *host;

  if (g_hash_table_contains (list->hosts, text))
    return TRUE;
  name = lan_host_parse (text, &port);
  if (name == NULL || g_hash_table_size (list->hosts) >= LAN_HOST_LIST_MAX) {
    g_set_error (error, LAN_DISCOVERY_ERROR, LAN_DISCOVERY_ERROR_BAD_HOST,
                 name == NULL ? "That is not a host name or an address, with or without :port"
                              : "There are too many entered hosts");
    return FALSE;
  }
  host = g_new0 (Host, 1);
  host->list = list;
  host->origin = list->next_origin++;
  host->source = source;
  host->text = g_strdup (text);
  host->host = g_steal_pointer (&name);
  host->port = port;
  g_hash_table_insert (list->hosts, host->text, host);
  resolve (host);
  return TRUE;
}

void
lan_host_list_remove (LanHostList *list, const char *text)
{
  Host *host = g_hash_table_lookup (list->hosts, text);

  if (host == NULL)
    return;
  list->resolved (host->origin, host->source, NULL, 0, host->port, list->user_data);
  g_hash_table_remove (list->hosts, text);
}

void
lan_host_list_refresh (LanHostList *list)
{
  g_autoptr (GList) hosts = g_hash_table_get_values (list->hosts);

  for (GList *l = hosts; l != NULL; l = l->next)
    resolve (l->data);
}

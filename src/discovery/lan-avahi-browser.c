/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Browses for services and resolves them, a bounded number of each. A resolver stays open after its
 * answer, because it also tells changes of the TXT items; only when there are very many, the oldest
 * are closed. What is known survives the daemon for ten seconds, so that its restart loses nobody.
 * Avahi's thread.
 */
#include "lan-avahi-private.h"

#include "lan-id.h"

#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RESOLVING 128 /* without an answer yet */
#define MAX_RESOLVERS 800 /* the daemon allows a client 1024 objects */
#define MAX_ATTEMPTS  3
#define MAX_ITEMS     4096
#define PURGE_MS      10000

typedef struct {
  LanAvahiBrowser *browser;
  char *key; /* "interface/protocol/name" */
  AvahiIfIndex ifindex;
  AvahiProtocol protocol;
  char *name;
  char *host; /* from the last answer; NULL before */
  AvahiServiceResolver *resolver;
  guint attempts;
  gboolean is_queued;
  gboolean is_told;
  guint generation;  /* of the connection that saw it last */
  LanAvahiSeen seen; /* .origin is set from the start, the rest by an answer */
} Item;

struct _LanAvahiBrowser {
  LanAvahiShared *shared; /* borrowed */
  GMainContext *context;  /* borrowed */
  AvahiClient *client;    /* borrowed; NULL while detached */
  AvahiServiceBrowser *browser;
  GHashTable *items; /* Item by .key, owned */
  GQueue waiting;    /* of Item: to be resolved */
  GQueue answered;   /* of Item: with an open resolver, oldest first */
  guint n_resolving;
  guint generation;
  guint64 next_origin;
  GSource *purge;
};

static void resolve_next (LanAvahiBrowser *browser);

static void
close_resolver (Item *item)
{
  LanAvahiBrowser *browser = item->browser;

  if (item->resolver == NULL)
    return;
  avahi_service_resolver_free (item->resolver);
  item->resolver = NULL;
  if (!g_queue_remove (&browser->answered, item))
    browser->n_resolving--;
}

static void
tell_gone (Item *item)
{
  LanAvahiSeen gone = { .origin = item->seen.origin, .is_gone = TRUE };

  if (item->is_told)
    lan_avahi_post_seen (item->browser->shared, &gone);
  item->is_told = FALSE;
}

static void
item_free (gpointer p)
{
  Item *item = p;

  tell_gone (item);
  close_resolver (item);
  if (item->is_queued)
    g_queue_remove (&item->browser->waiting, item);
  g_free (item->key);
  g_free (item->name);
  g_free (item->host);
  g_free (item);
}

/* Returns: whether the answer is one that may be passed on; fills item->seen. */
static gboolean
read_answer (Item *item, const AvahiAddress *address, guint16 port, AvahiStringList *txt)
{
  char ifname[IF_NAMESIZE];
  LanTxtReader reader;

  lan_txt_reader_init (&reader);
  for (; txt != NULL; txt = avahi_string_list_get_next (txt))
    (void) lan_txt_reader_add (&reader, avahi_string_list_get_text (txt),
                               avahi_string_list_get_size (txt));
  if (lan_txt_reader_finish (&reader, &item->seen.record) != LAN_STATUS_OK ||
      item->seen.record.port != port)
    return FALSE;
  avahi_address_snprint (item->seen.address, sizeof item->seen.address, address);
  if (g_str_has_prefix (item->seen.address, "fe80:") &&
      if_indextoname ((guint) item->ifindex, ifname) != NULL) {
    g_strlcat (item->seen.address, "%", sizeof item->seen.address);
    g_strlcat (item->seen.address, ifname, sizeof item->seen.address);
  }
  return TRUE;
}

static void
take_answer (Item *item, const char *host, const AvahiAddress *address, guint16 port,
             AvahiStringList *txt)
{
  LanAvahiBrowser *browser = item->browser;

  if (g_queue_find (&browser->answered, item) == NULL) {
    g_queue_push_tail (&browser->answered, item);
    browser->n_resolving--;
  }
  g_free (item->host);
  item->host = g_strndup (host, 1024);
  if (read_answer (item, address, port, txt)) {
    item->is_told = TRUE;
    lan_avahi_post_seen (browser->shared, &item->seen);
  } else {
    tell_gone (item);
  }
}

static void
enqueue (Item *item)
{
  item->is_queued = TRUE;
  g_queue_push_tail (&item->browser->waiting, item);
}

static void
on_resolved (AvahiServiceResolver *resolver, AvahiIfIndex ifindex, AvahiProtocol protocol,
             AvahiResolverEvent event, const char *name, const char *type, const char *domain,
             const char *host, const AvahiAddress *address, uint16_t port, AvahiStringList *txt,
             AvahiLookupResultFlags flags, void *data)
{
  Item *item = data;
  LanAvahiBrowser *browser = item->browser;

  if (event == AVAHI_RESOLVER_FOUND) {
    take_answer (item, host, address, port, txt);
  } else {
    close_resolver (item);
    if (++item->attempts < MAX_ATTEMPTS)
      enqueue (item);
  }
  resolve_next (browser);
}

static void
start_resolver (Item *item)
{
  LanAvahiBrowser *browser = item->browser;

  item->resolver =
      avahi_service_resolver_new (browser->client, item->ifindex, item->protocol, item->name,
                                  LAN_MDNS_TYPE, "local", item->protocol, 0, on_resolved, item);
  if (item->resolver != NULL)
    browser->n_resolving++;
  else
    g_debug ("mDNS: resolver: %s", avahi_strerror (avahi_client_errno (browser->client)));
}

static void
resolve_next (LanAvahiBrowser *browser)
{
  while (browser->client != NULL && browser->n_resolving < MAX_RESOLVING &&
         browser->waiting.length > 0) {
    Item *item = g_queue_pop_head (&browser->waiting);

    item->is_queued = FALSE;
    if (browser->answered.length + browser->n_resolving >= MAX_RESOLVERS &&
        browser->answered.length > 0)
      close_resolver (g_queue_peek_head (&browser->answered));
    start_resolver (item);
  }
}

typedef struct {
  AvahiIfIndex ifindex;
  AvahiProtocol protocol;
  GHashTable *per_host; /* host -> number; "" has no answer */
  guint total;
  const char *worst;
  guint worst_n;
} Crowd;

static void
count_crowd (LanAvahiBrowser *browser, Crowd *crowd)
{
  GHashTableIter iter;
  gpointer p;

  g_hash_table_iter_init (&iter, browser->items);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    const Item *item = p;
    const char *host = item->host != NULL ? item->host : "";
    guint n;

    if (item->ifindex != crowd->ifindex || item->protocol != crowd->protocol)
      continue;
    crowd->total++;
    n = GPOINTER_TO_UINT (g_hash_table_lookup (crowd->per_host, host)) + 1;
    g_hash_table_replace (crowd->per_host, (gpointer) host, GUINT_TO_POINTER (n));
    if (n > crowd->worst_n) {
      crowd->worst_n = n;
      crowd->worst = host;
    }
  }
}

/* A full table takes a newcomer in the place of the latest from the host that has the most: floods
 * come from few hosts. */
static gboolean
make_room (LanAvahiBrowser *browser, AvahiIfIndex ifindex, AvahiProtocol protocol)
{
  g_autoptr (GHashTable) per_host = g_hash_table_new (g_str_hash, g_str_equal);
  Crowd crowd = { .ifindex = ifindex, .protocol = protocol, .per_host = per_host };
  GHashTableIter iter;
  gpointer p;
  Item *victim = NULL;

  if (g_hash_table_size (browser->items) >= MAX_ITEMS)
    return FALSE;
  if (g_hash_table_size (browser->items) < LAN_MDNS_PER_INTERFACE)
    return TRUE;
  count_crowd (browser, &crowd);
  if (crowd.total < LAN_MDNS_PER_INTERFACE)
    return TRUE;
  if (crowd.worst_n <= 1)
    return FALSE;
  g_hash_table_iter_init (&iter, browser->items);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    Item *item = p;

    if (item->ifindex == ifindex && item->protocol == protocol &&
        strcmp (item->host != NULL ? item->host : "", crowd.worst) == 0 &&
        (victim == NULL || item->seen.origin > victim->seen.origin))
      victim = item;
  }
  return victim != NULL && g_hash_table_remove (browser->items, victim->key);
}

static void
add_item (LanAvahiBrowser *browser, const char *key, AvahiIfIndex ifindex, AvahiProtocol protocol,
          const char *name)
{
  LanInstanceId instance;
  Item *item;

  if (!lan_hex_decode (name, instance.b, sizeof instance.b) ||
      !make_room (browser, ifindex, protocol))
    return;
  item = g_new0 (Item, 1);
  item->browser = browser;
  item->key = g_strdup (key);
  item->ifindex = ifindex;
  item->protocol = protocol;
  item->name = g_strdup (name);
  item->generation = browser->generation;
  /* The top bit keeps these apart from the origins of entered hosts. */
  item->seen.origin = G_GUINT64_CONSTANT (1) << 63 | browser->next_origin++;
  item->seen.ifindex = (guint) ifindex;
  item->seen.instance = instance;
  g_hash_table_replace (browser->items, item->key, item);
  enqueue (item);
}

static void
on_browsed (AvahiServiceBrowser *b, AvahiIfIndex ifindex, AvahiProtocol protocol,
            AvahiBrowserEvent event, const char *name, const char *type, const char *domain,
            AvahiLookupResultFlags flags, void *data)
{
  LanAvahiBrowser *browser = data;
  g_autofree char *key = NULL;
  Item *known;

  if (event != AVAHI_BROWSER_NEW && event != AVAHI_BROWSER_REMOVE)
    return;
  key = g_strdup_printf ("%d/%d/%s", ifindex, protocol, name);
  known = g_hash_table_lookup (browser->items, key);
  if (event == AVAHI_BROWSER_REMOVE) {
    g_hash_table_remove (browser->items, key);
  } else if (known == NULL) {
    add_item (browser, key, ifindex, protocol, name);
  } else if (known->generation != browser->generation) {
    known->generation = browser->generation;
    known->attempts = 0;
    if (!known->is_queued && known->resolver == NULL)
      enqueue (known);
  }
  resolve_next (browser);
}

LanAvahiBrowser *
lan_avahi_browser_new (LanAvahiShared *shared, GMainContext *context)
{
  LanAvahiBrowser *browser = g_new0 (LanAvahiBrowser, 1);

  browser->shared = shared;
  browser->context = context;
  browser->items = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, item_free);
  g_queue_init (&browser->waiting);
  g_queue_init (&browser->answered);
  browser->next_origin = 1;
  return browser;
}

static void
clear_purge (LanAvahiBrowser *browser)
{
  if (browser->purge != NULL) {
    g_source_destroy (browser->purge);
    g_clear_pointer (&browser->purge, g_source_unref);
  }
}

void
lan_avahi_browser_free (LanAvahiBrowser *browser)
{
  if (browser == NULL)
    return;
  lan_avahi_browser_detach (browser);
  clear_purge (browser);
  g_hash_table_unref (browser->items);
  g_queue_clear (&browser->waiting);
  g_free (browser);
}

static gboolean
is_stale (gpointer key, gpointer value, gpointer data)
{
  const LanAvahiBrowser *browser = data;

  return browser->client == NULL || ((Item *) value)->generation != browser->generation;
}

static gboolean
on_purge (gpointer data)
{
  LanAvahiBrowser *browser = data;

  g_clear_pointer (&browser->purge, g_source_unref);
  g_hash_table_foreach_remove (browser->items, is_stale, browser);
  return G_SOURCE_REMOVE;
}

static void
schedule_purge (LanAvahiBrowser *browser)
{
  clear_purge (browser);
  browser->purge = g_timeout_source_new (PURGE_MS);
  g_source_set_callback (browser->purge, on_purge, browser, NULL);
  g_source_attach (browser->purge, browser->context);
}

void
lan_avahi_browser_attach (LanAvahiBrowser *browser, AvahiClient *client)
{
  if (browser->browser != NULL)
    return;
  browser->client = client;
  browser->generation++;
  schedule_purge (browser);
  browser->browser = avahi_service_browser_new (client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                LAN_MDNS_TYPE, "local", 0, on_browsed, browser);
  if (browser->browser == NULL)
    g_info ("mDNS: cannot browse: %s", avahi_strerror (avahi_client_errno (client)));
}

void
lan_avahi_browser_detach (LanAvahiBrowser *browser)
{
  GHashTableIter iter;
  gpointer item;

  if (browser->client == NULL)
    return;
  g_hash_table_iter_init (&iter, browser->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    close_resolver (item);
  if (browser->browser != NULL)
    avahi_service_browser_free (browser->browser);
  browser->browser = NULL;
  browser->client = NULL;
  schedule_purge (browser);
}

void
lan_avahi_browser_repeat (LanAvahiBrowser *browser)
{
  GHashTableIter iter;
  gpointer p;

  g_hash_table_iter_init (&iter, browser->items);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    const Item *item = p;

    if (item->is_told)
      lan_avahi_post_seen (browser->shared, &item->seen);
  }
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Keeps one entry group in the daemon: our service on each fit interface. What only changes in the
 * TXT items is updated in place; anything else is taken back and announced anew. Avahi's thread.
 */
#include "lan-avahi-private.h"

#include "lan-id.h"

#include <avahi-client/publish.h>
#include <avahi-common/error.h>
#include <string.h>

struct _LanAvahiPublisher {
  LanAvahiShared *shared; /* borrowed */
  AvahiClient *client;    /* borrowed */
  AvahiEntryGroup *group; /* NULL until something is announced */
  LanAvahiWanted published;
};

static void
on_group (AvahiEntryGroup *group, AvahiEntryGroupState state, void *data)
{
  LanAvahiPublisher *publisher = data;

  if (state == AVAHI_ENTRY_GROUP_COLLISION) {
    g_info ("mDNS: the instance name is taken");
    lan_avahi_post_collision (publisher->shared);
  } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
    g_info ("mDNS: announcing failed: %s", avahi_strerror (avahi_client_errno (publisher->client)));
  }
}

LanAvahiPublisher *
lan_avahi_publisher_new (LanAvahiShared *shared, AvahiClient *client)
{
  LanAvahiPublisher *publisher = g_new0 (LanAvahiPublisher, 1);

  publisher->shared = shared;
  publisher->client = client;
  return publisher;
}

void
lan_avahi_publisher_free (LanAvahiPublisher *publisher)
{
  if (publisher == NULL)
    return;
  if (publisher->group != NULL)
    avahi_entry_group_free (publisher->group);
  g_free (publisher);
}

void
lan_avahi_publisher_reset (LanAvahiPublisher *publisher)
{
  if (publisher->group != NULL)
    avahi_entry_group_reset (publisher->group);
  publisher->published = (LanAvahiWanted){ 0 };
}

static AvahiStringList *
make_txt (const LanDiscoveryRecord *record)
{
  g_autoptr (GPtrArray) items = lan_discovery_record_to_txt (record);
  AvahiStringList *list = NULL;

  for (guint i = 0; i < items->len; i++) {
    gsize len;
    const guint8 *bytes = g_bytes_get_data (items->pdata[i], &len);

    list = avahi_string_list_add_arbitrary (list, bytes, len);
  }
  return list;
}

/* Everything but the TXT items is the same. */
static gboolean
is_same_service (const LanAvahiWanted *a, const LanAvahiWanted *b)
{
  return a->has_record && b->has_record && a->record.port == b->record.port &&
         lan_instance_id_equal (&a->instance, &b->instance) && a->n_ifindexes == b->n_ifindexes &&
         memcmp (a->ifindexes, b->ifindexes, a->n_ifindexes * sizeof a->ifindexes[0]) == 0;
}

static int
update_txt (LanAvahiPublisher *publisher, const LanAvahiWanted *wanted, const char *name)
{
  AvahiStringList *txt = make_txt (&wanted->record);
  int status = 0;

  for (gsize i = 0; i < wanted->n_ifindexes && status == 0; i++)
    status = avahi_entry_group_update_service_txt_strlst (
        publisher->group, (AvahiIfIndex) wanted->ifindexes[i], AVAHI_PROTO_UNSPEC, 0, name,
        LAN_MDNS_TYPE, NULL, txt);
  avahi_string_list_free (txt);
  return status;
}

static int
announce (LanAvahiPublisher *publisher, const LanAvahiWanted *wanted, const char *name)
{
  AvahiStringList *txt = make_txt (&wanted->record);
  int status = 0;

  for (gsize i = 0; i < wanted->n_ifindexes && status == 0; i++)
    status = avahi_entry_group_add_service_strlst (
        publisher->group, (AvahiIfIndex) wanted->ifindexes[i], AVAHI_PROTO_UNSPEC, 0, name,
        LAN_MDNS_TYPE, NULL, NULL, wanted->record.port, txt);
  avahi_string_list_free (txt);
  return status != 0 ? status : avahi_entry_group_commit (publisher->group);
}

void
lan_avahi_publisher_sync (LanAvahiPublisher *publisher, const LanAvahiWanted *wanted)
{
  g_autofree char *name = lan_hex_encode (wanted->instance.b, sizeof wanted->instance.b);
  int status;

  if (is_same_service (&publisher->published, wanted)) {
    if (lan_discovery_record_equal (&publisher->published.record, &wanted->record))
      return;
    status = update_txt (publisher, wanted, name);
  } else {
    lan_avahi_publisher_reset (publisher);
    if (!wanted->has_record || wanted->n_ifindexes == 0)
      return;
    if (publisher->group == NULL)
      publisher->group = avahi_entry_group_new (publisher->client, on_group, publisher);
    status = publisher->group != NULL ? announce (publisher, wanted, name)
                                      : avahi_client_errno (publisher->client);
  }
  if (status == AVAHI_ERR_COLLISION)
    lan_avahi_post_collision (publisher->shared);
  else if (status != 0)
    g_info ("mDNS: cannot announce: %s", avahi_strerror (status));
  if (status == 0)
    publisher->published = *wanted;
  else
    publisher->published = (LanAvahiWanted){ 0 };
}

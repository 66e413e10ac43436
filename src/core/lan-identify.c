/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Who is at the other end. The handshake proved a DH key; the Identity frame brings the device list
 * and certificates that tie it to an account (SECURITY 4.1). Lists only ever go forward. Also the
 * exchange of the contact secret (amendment i).
 */
#include "lan-core-private.h"

#include "lan-device-list.h"

#include <string.h>

#define CLOCK_SLACK_S (3 * 86400)

void
lan_core_send_identity (LanCore *core, LanCoreChannel *channel)
{
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData certs[LAN_CERTS_MAX_COUNT];
  gsize len;

  identity.list.data = (guint8 *) g_bytes_get_data (core->list, &len);
  identity.list.len = len;
  certs[0].data = (guint8 *) g_bytes_get_data (core->cert, &len);
  certs[0].len = len;
  identity.certs = certs;
  identity.n_certs = 1;
  /* Those of the other devices: what they wrote may come by way of this one. */
  for (guint i = 0; i < core->me->devices->len && identity.n_certs < LAN_CERTS_MAX_COUNT; i++) {
    const LanCoreDevice *device = g_ptr_array_index (core->me->devices, i);

    if (device->row.cert == NULL)
      continue;
    certs[identity.n_certs].data = (guint8 *) g_bytes_get_data (device->row.cert, &len);
    certs[identity.n_certs++].len = len;
  }
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

/* The certificate of @identity that carries exactly the DH key that the handshake proved. */
static LanStatus
find_cert (const LanCoreChannel *channel, const Lanyard__Identity *identity, LanCert *cert,
           GBytes **bytes)
{
  for (gsize i = 0; i < identity->n_certs; i++) {
    const ProtobufCBinaryData *data = &identity->certs[i];

    if (lan_cert_decode (cert, data->data, data->len) != LAN_STATUS_OK ||
        memcmp (cert->dh_public, channel->dh, sizeof channel->dh) != 0)
      continue;
    if (lan_cert_verify (cert, data->data, data->len) != LAN_STATUS_OK)
      return LAN_STATUS_AUTH;
    *bytes = g_bytes_new (data->data, data->len);
    return LAN_STATUS_OK;
  }
  return LAN_STATUS_MISMATCH;
}

static void
set_device (LanCorePerson *person, const LanDeviceEntry *entry, const LanCert *cert,
            GBytes *cert_bytes)
{
  LanCoreDevice *device = lan_core_person_device (person, &entry->device);

  if (device == NULL) {
    if (cert == NULL)
      return;
    device = lan_core_add_device (person, &entry->device);
    if (device == NULL)
      return;
  }
  if (cert != NULL && (device->row.cert == NULL || !g_bytes_equal (device->row.cert, cert_bytes))) {
    g_clear_pointer (&device->row.cert, g_bytes_unref);
    device->row.cert = g_bytes_ref (cert_bytes);
    device->cert = *cert;
    device->dirty = TRUE;
  }
  if (device->row.state != entry->state) {
    device->row.state = entry->state;
    device->dirty = TRUE;
  }
}

void
lan_core_take_certs (LanCore *core, LanCorePerson *person, const LanDeviceList *list, gsize n,
                     const ProtobufCBinaryData *certs)
{
  for (gsize i = 0; i < n; i++) {
    LanCoreDevice *known;
    const LanDeviceEntry *entry;
    LanCert cert;
    LanHash hash;

    if (lan_cert_decode (&cert, certs[i].data, certs[i].len) != LAN_STATUS_OK)
      continue;
    lan_cert_hash (&hash, certs[i].data, certs[i].len);
    entry = lan_device_list_find (list, &cert.device);
    known = lan_core_person_device (person, &cert.device);
    if (entry == NULL || !lan_hash_equal (&entry->cert_hash, &hash) ||
        lan_device_id_equal (&cert.device, &core->self_device) ||
        (known != NULL && known->row.cert != NULL &&
         g_bytes_get_size (known->row.cert) == certs[i].len &&
         memcmp (g_bytes_get_data (known->row.cert, NULL), certs[i].data, certs[i].len) == 0) ||
        lan_cert_verify (&cert, certs[i].data, certs[i].len) != LAN_STATUS_OK ||
        !lan_account_id_equal (&cert.account, &person->row.account))
      continue;
    {
      g_autoptr (GBytes) bytes = g_bytes_new (certs[i].data, certs[i].len);

      set_device (person, entry, &cert, bytes);
      lan_core_touch_person (core, person);
    }
  }
}

static gboolean
has_active_device (const LanDeviceList *list)
{
  for (guint i = 0; i < list->n_devices; i++) {
    if (list->devices[i].state == LAN_DEVICE_ACTIVE)
      return TRUE;
  }
  return FALSE;
}

/* Channels of devices that the newest list no longer has end at once. */
void
lan_core_drop_revoked (LanCore *core, LanCorePerson *person, const LanCoreChannel *except)
{
  for (guint i = person->channels->len; i > 0; i--) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i - 1);
    LanCoreDevice *device = lan_core_person_device (person, &channel->device);

    if (channel != except && (device == NULL || device->row.state != LAN_DEVICE_ACTIVE))
      lan_core_close_channel (core, channel, LAN_FAREWELL_REVOKED, FALSE);
  }
}

/* Devices are what the newest list says; one that it does not name any more is none. */
static void
revoke_unlisted (LanCorePerson *person, const LanDeviceList *list)
{
  for (guint i = 0; i < person->devices->len; i++) {
    LanCoreDevice *device = g_ptr_array_index (person->devices, i);
    const LanDeviceEntry *entry = lan_device_list_find (list, &device->row.device);
    guint8 state = entry != NULL ? entry->state : LAN_DEVICE_REVOKED;

    device->dirty = device->dirty || device->row.state != state;
    device->row.state = state;
  }
}

/*
 * Takes @bytes as the person's list when it is newer than what is known; an older one is refused
 * and the known one goes on holding. Returns FALSE when @bytes is not acceptable at all.
 */
gboolean
lan_core_take_list (LanCore *core, LanCorePerson *person, GBytes *bytes, LanDeviceList *list)
{
  gsize len, known_len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  const guint8 *known;

  if (person->row.list != NULL) {
    known = g_bytes_get_data (person->row.list, &known_len);
    switch ((int) lan_device_list_check_successor (known, known_len, data, len)) {
    case LAN_STATUS_OK:
      break;
    case LAN_STATUS_REPLAY:
      return lan_device_list_decode (list, known, known_len) == LAN_STATUS_OK;
    default:
      return FALSE;
    }
    if (g_bytes_equal (person->row.list, bytes))
      return TRUE;
    g_bytes_unref (person->row.list);
  }
  person->row.list = g_bytes_ref (bytes);
  lan_core_touch_person (core, person);
  revoke_unlisted (person, list);
  if (!has_active_device (list) && lan_trust_step (&person->row.trust, LAN_TRUST_ON_REVOKE))
    lan_core_tell_person (core, LAN_CORE_PERSON, person);
  return TRUE;
}

static void
refuse (LanCore *core, LanCoreChannel *channel, LanFarewell reason)
{
  core->counters.frames_refused++;
  lan_core_close_channel (core, channel, reason, FALSE);
}

static void
drop_if_unknown (LanCore *core, LanCorePerson *person)
{
  if (!person->kept && !person->told && person->channels->len == 0)
    lan_core_forget_stranger (core, person);
}

static void
become_identified (LanCore *core, LanCoreChannel *channel, LanCorePerson *person,
                   const LanDeviceId *device)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_IDENTIFIED);

  channel->person = person;
  channel->device = *device;
  for (guint i = 0; i < person->channels->len; i++) {
    const LanCoreChannel *other = g_ptr_array_index (person->channels, i);

    if (lan_device_id_equal (&other->device, device))
      channel->state = other->state;
  }
  lan_deadlines_cancel (core->deadlines, channel, LAN_DUE_IDENTITY);
  channel->met_us = core->now.mono_us;
  g_ptr_array_add (person->channels, channel);
  event->account = person->row.account;
  event->identified.channel = channel->id;
  event->identified.device = *device;
  lan_core_push (core, event);
}

static void
note_seen (LanCore *core, LanCorePerson *person, const LanCert *cert)
{
  gboolean changed =
      !person->told || (!person->attested && g_strcmp0 (person->row.name, cert->name) != 0);

  person->row.last_seen_ms = core->now.wall_ms;
  if (changed) {
    lan_core_set_name (person, cert->name);
    person->told = TRUE;
  }
  lan_core_touch_person (core, person);
  lan_core_check_claim (core, person);
  if (changed)
    lan_core_tell_person (core, LAN_CORE_PERSON, person);
}

/* The first time that a channel shows who it leads to. */
static void
greet (LanCore *core, LanCoreChannel *channel, LanCorePerson *person, const LanDeviceId *device)
{
  become_identified (core, channel, person, device);
  lan_core_choose_active (core, person);
  if (lan_core_is_me (core, person)) {
    lan_core_begin_sync (core, channel);
    return;
  }
  if (lan_core_is_accepted (person)) {
    lan_core_release (core, person);
    lan_core_send_contact_accept (core, channel);
    lan_core_send_presence (core, channel);
  }
  lan_core_show_presence (core, person);
  lan_core_begin_sync (core, channel);
}

/* A device of this same account. */
static void
on_own_identity (LanCore *core, LanCoreChannel *channel, const Lanyard__Identity *identity,
                 const LanDeviceList *list, const LanCert *cert, GBytes *cert_bytes)
{
  LanDeviceEntry entry = { .device = cert->device, .state = LAN_DEVICE_ACTIVE };
  gboolean again = channel->person != NULL;

  lan_cert_hash (&entry.cert_hash, g_bytes_get_data (cert_bytes, NULL),
                 g_bytes_get_size (cert_bytes));
  if (!lan_core_judge_own (core, identity, list, &cert->device, &entry.cert_hash)) {
    refuse (core, channel, LAN_FAREWELL_REVOKED);
    return;
  }
  set_device (core->me, &entry, cert, cert_bytes);
  lan_core_take_certs (core, core->me, list, identity->n_certs, identity->certs);
  lan_core_touch_person (core, core->me);
  if (!again && lan_core_person_device (core->me, &cert->device) != NULL)
    greet (core, channel, core->me, &cert->device);
  lan_core_push (core, lan_core_action_new (LAN_CORE_DEVICES));
}

/* Each new list and certificate costs two signatures to verify and a commit. Who sends more than a
 * person can change closes the channel, and begins the next one with what is right then. */
static gboolean
is_too_often (LanCore *core, LanCoreChannel *channel)
{
  gint64 passed = (core->now.mono_us - channel->identities_us) / LAN_CORE_IDENTITIES_US;

  if (channel->identities == 0 || passed > channel->identities) {
    channel->identities = 0;
    channel->identities_us = core->now.mono_us;
  } else {
    channel->identities -= (guint) passed;
    channel->identities_us += passed * LAN_CORE_IDENTITIES_US;
  }
  return ++channel->identities > LAN_CORE_IDENTITIES;
}

void
lan_core_on_identity (LanCore *core, LanCoreChannel *channel, const Lanyard__Identity *identity)
{
  g_autoptr (GBytes) cert_bytes = NULL;
  g_autoptr (GBytes) list_bytes = g_bytes_new (identity->list.data, identity->list.len);
  gboolean again = channel->person != NULL;
  LanCorePerson *person;
  LanDeviceList list;
  LanCert cert;
  LanHash hash;

  if (is_too_often (core, channel)) {
    refuse (core, channel, LAN_FAREWELL_LIMIT);
    return;
  }
  if (lan_device_list_verify (&list, identity->list.data, identity->list.len) != LAN_STATUS_OK ||
      find_cert (channel, identity, &cert, &cert_bytes) != LAN_STATUS_OK ||
      !lan_account_id_equal (&list.account, &cert.account) ||
      lan_cert_check_time (&cert, core->now.wall_ms / 1000, CLOCK_SLACK_S) != LAN_STATUS_OK ||
      lan_device_id_equal (&cert.device, &core->self_device) ||
      (again && (!lan_account_id_equal (&cert.account, &channel->person->row.account) ||
                 !lan_device_id_equal (&cert.device, &channel->device)))) {
    refuse (core, channel, LAN_FAREWELL_IDENTITY);
    return;
  }
  if (core->revoked) {
    refuse (core, channel, LAN_FAREWELL_NORMAL);
    return;
  }
  person = lan_core_add_person (core, &cert.account);
  if (lan_core_is_me (core, person)) {
    on_own_identity (core, channel, identity, &list, &cert, cert_bytes);
    return;
  }
  if (!lan_core_take_list (core, person, list_bytes, &list)) {
    refuse (core, channel, LAN_FAREWELL_IDENTITY);
    drop_if_unknown (core, person);
    return;
  }
  lan_core_drop_revoked (core, person, channel);
  lan_cert_hash (&hash, g_bytes_get_data (cert_bytes, NULL), g_bytes_get_size (cert_bytes));
  if (person->row.trust == LAN_TRUST_REVOKED ||
      lan_device_list_check_cert (&list, &cert.device, &hash) != LAN_STATUS_OK) {
    refuse (core, channel, LAN_FAREWELL_REVOKED);
    drop_if_unknown (core, person);
    return;
  }
  if (lan_core_is_blocked (person)) {
    lan_core_close_channel (core, channel, LAN_FAREWELL_NORMAL, TRUE);
    return;
  }
  set_device (person, lan_device_list_find (&list, &cert.device), &cert, cert_bytes);
  lan_core_take_certs (core, person, &list, identity->n_certs, identity->certs);
  if (lan_core_person_device (person, &cert.device) == NULL) {
    refuse (core, channel, LAN_FAREWELL_LIMIT);
    drop_if_unknown (core, person);
    return;
  }
  note_seen (core, person, &cert);
  if (!again)
    greet (core, channel, person, &cert.device);
}

LanStatus
lan_core_take_papers (LanCore *core, LanCorePerson *person, GBytes *list_bytes, GPtrArray *certs)
{
  LanDeviceList list;
  gsize len;
  const guint8 *data = g_bytes_get_data (list_bytes, &len);
  LanStatus status = lan_device_list_verify (&list, data, len);

  if (status != LAN_STATUS_OK)
    return status;
  if (!lan_account_id_equal (&list.account, &person->row.account) ||
      !lan_core_take_list (core, person, list_bytes, &list))
    return LAN_STATUS_MISMATCH;
  lan_core_drop_revoked (core, person, NULL);
  for (guint i = 0; i < certs->len; i++) {
    LanCert cert;
    LanHash hash;

    data = g_bytes_get_data (g_ptr_array_index (certs, i), &len);
    lan_cert_hash (&hash, data, len);
    if (lan_cert_verify (&cert, data, len) != LAN_STATUS_OK ||
        !lan_account_id_equal (&cert.account, &person->row.account) ||
        lan_cert_check_time (&cert, core->now.wall_ms / 1000, CLOCK_SLACK_S) != LAN_STATUS_OK ||
        lan_device_list_check_cert (&list, &cert.device, &hash) != LAN_STATUS_OK)
      continue;
    set_device (person, lan_device_list_find (&list, &cert.device), &cert,
                g_ptr_array_index (certs, i));
  }
  lan_core_touch_person (core, person);
  lan_core_tell_person (core, LAN_CORE_PERSON, person);
  lan_mail_people_changed (core, person);
  return LAN_STATUS_OK;
}

static gboolean
we_make_the_secret (const LanCore *core, const LanCorePerson *person)
{
  return lan_account_id_compare (&core->self, &person->row.account) < 0;
}

/* The secret goes along only once both have accepted. Where a crash comes before it is kept, the
 * next channel brings another one, and the other side takes that. */
void
lan_core_send_contact_accept (LanCore *core, LanCoreChannel *channel)
{
  Lanyard__ContactAccept accept = LANYARD__CONTACT_ACCEPT__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanCorePerson *person = channel->person;
  guint8 secret[32];

  if (person->accepted_us && we_make_the_secret (core, person) && !channel->secret_sent) {
    if (person->row.contact_secret == NULL) {
      lan_random_bytes (core->random, secret, sizeof secret);
      person->row.contact_secret = g_bytes_new (secret, sizeof secret);
      lan_secret_wipe (secret, sizeof secret);
      lan_core_touch_person (core, person);
    }
    accept.secret.data = (guint8 *) g_bytes_get_data (person->row.contact_secret, NULL);
    accept.secret.len = sizeof secret;
    channel->secret_sent = TRUE;
  }
  frame.body_case = LANYARD__FRAME__BODY_CONTACT_ACCEPT;
  frame.contact_accept = &accept;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
  if (channel->secret_sent)
    lan_carry_meet (core, channel);
}

void
lan_core_on_contact_accept (LanCore *core, LanCoreChannel *channel,
                            const Lanyard__ContactAccept *accept)
{
  LanCorePerson *person = channel->person;

  person->accepted_us = TRUE;
  if (!lan_core_is_accepted (person))
    return;
  if (we_make_the_secret (core, person)) {
    if (!channel->secret_sent)
      lan_core_send_contact_accept (core, channel);
    lan_carry_meet (core, channel);
    return;
  }
  if (accept->secret.len == 32 &&
      (person->row.contact_secret == NULL ||
       !lan_secret_equal (g_bytes_get_data (person->row.contact_secret, NULL), accept->secret.data,
                          32))) {
    g_clear_pointer (&person->row.contact_secret, g_bytes_unref);
    person->row.contact_secret = g_bytes_new (accept->secret.data, 32);
    lan_core_touch_person (core, person);
  }
  if (accept->secret.len == 32)
    lan_carry_meet (core, channel);
}

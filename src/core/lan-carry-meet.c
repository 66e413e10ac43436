/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Meeting: who carries, who has been told that this account does, the contacts' prekeys, and with whom
 * a channel is wanted for any of it.
 */
#include "lan-carry-private.h"

#include <string.h>

/* Bits of the digit that LAN_CARRY_WITH_SETTING keeps of somebody. */
#define CARRIES 1
#define KNOWS   2

void
lan_carry_keep_setting (LanCore *core, char *key, GBytes *value)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_SETTING);

  change->setting.key = key;
  change->setting.value = value;
}

LanCarrierOf *
lan_carry_carrier (LanCore *core, const LanAccountId *account)
{
  LanCarrierOf *carrier = g_hash_table_lookup (core->carry->carriers, account);

  if (carrier == NULL) {
    carrier = g_new0 (LanCarrierOf, 1);
    carrier->account = *account;
    g_hash_table_insert (core->carry->carriers, &carrier->account, carrier);
  }
  return carrier;
}

static void
keep_carrier (LanCore *core, const LanCarrierOf *carrier)
{
  g_autofree char *hex = lan_account_id_to_hex (&carrier->account);
  const char flags = (char) ('0' + (carrier->carries ? CARRIES : 0) + (carrier->knows ? KNOWS : 0));

  lan_carry_keep_setting (core, g_strconcat (LAN_CARRY_WITH_SETTING, hex, NULL),
                          flags != '0' ? g_bytes_new (&flags, 1) : NULL);
}

static void
put_key (LanCarry *carry, const LanPrekey *prekey)
{
  LanCarryKey *key = g_hash_table_lookup (carry->keys, &prekey->device);

  if (key == NULL) {
    key = g_new0 (LanCarryKey, 1);
    key->device = prekey->device;
    g_hash_table_insert (carry->keys, &key->device, key);
  }
  key->prekey = *prekey;
}

gboolean
lan_carry_load_setting (LanCore *core, const char *key, GBytes *value)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (value, &len);
  LanAccountId account;
  LanPrekey prekey;

  if (strcmp (key, LAN_CARRY_ON_SETTING) == 0)
    core->carry->on = len == 1 && data[0] == '1';
  else if (g_str_has_prefix (key, LAN_CARRY_WITH_SETTING)) {
    if (len == 1 && lan_account_id_from_hex (&account, key + strlen (LAN_CARRY_WITH_SETTING))) {
      LanCarrierOf *carrier = lan_carry_carrier (core, &account);

      carrier->carries = ((data[0] - '0') & CARRIES) != 0;
      carrier->knows = ((data[0] - '0') & KNOWS) != 0;
    }
  } else if (!g_str_has_prefix (key, LAN_CARRY_KEY_SETTING)) {
    return FALSE;
  } else if (lan_prekey_decode (&prekey, data, len) == LAN_STATUS_OK) {
    put_key (core->carry, &prekey);
  }
  return TRUE;
}

/* Everybody is to hear it who could have mail carried, also who is away now. */
void
lan_carry_tell_all (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;

    if (core->carry->on && !lan_core_is_me (core, person) && lan_core_is_accepted (person) &&
        lan_carry_secret_of (person) != NULL)
      lan_carry_carrier (core, &person->row.account)->tried_us = 0;
  }
  lan_carry_want_all (core);
}

void
lan_carry_want_all (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->carry->carriers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = lan_core_find_person (core, &((LanCarrierOf *) value)->account);

    if (person != NULL)
      lan_core_want (core, person);
  }
}

/* Something is under way with @account, and would be cut off. */
static gboolean
is_busy (LanCore *core, const LanAccountId *account)
{
  const LanCarry *carry = core->carry;

  for (guint i = 0; i < carry->wanted->len; i++)
    if (lan_account_id_equal (&((LanWanted *) g_ptr_array_index (carry->wanted, i))->carrier,
                              account))
      return TRUE;
  for (guint i = 0; i < carry->parcels->len; i++) {
    const LanParcel *parcel = g_ptr_array_index (carry->parcels, i);

    if (!parcel->kept && lan_account_id_equal (&parcel->carrier, account))
      return TRUE;
  }
  for (guint i = 0; i < core->mail->incoming->len; i++) {
    const LanMailIncoming *incoming = g_ptr_array_index (core->mail->incoming, i);

    if (incoming->carried && lan_account_id_equal (&incoming->carrier, account))
      return TRUE;
  }
  return FALSE;
}

/* Who does not know that this account carries, or that it no longer does, is not going to ask. */
static gboolean
is_untold (LanCore *core, const LanCarrierOf *carrier, const LanCorePerson *person)
{
  return carrier->knows != core->carry->on && lan_carry_secret_of (person) != NULL &&
         (person->active == NULL || person->active->carry_met) &&
         (carrier->tried_us == 0 || core->now.mono_us - carrier->tried_us > LAN_CARRY_LOOK_US);
}

gboolean
lan_carry_wants (LanCore *core, const LanCorePerson *person)
{
  const LanCarrierOf *carrier = g_hash_table_lookup (core->carry->carriers, &person->row.account);
  g_autoptr (GPtrArray) outlets = NULL;

  if (carrier == NULL || !lan_core_is_accepted (person) || lan_core_is_blocked (person))
    return FALSE;
  if (is_untold (core, carrier, person))
    return TRUE;
  if (!carrier->carries)
    return FALSE;
  if (carrier->met_us == 0 || core->now.mono_us - carrier->met_us > LAN_CARRY_MEET_US)
    return TRUE;
  if (is_busy (core, &carrier->account))
    return TRUE;
  outlets = lan_core_list_outlets (core, NULL);
  for (guint i = 0; i < outlets->len; i++) {
    const LanCoreTalk *talk = g_ptr_array_index (outlets, i);

    if (talk->carry_needs && talk->peer != person)
      return TRUE;
  }
  return FALSE;
}

/* ---- meeting ---- */

const guint8 *
lan_carry_secret_of (const LanCorePerson *person)
{
  if (person == NULL || person->row.contact_secret == NULL ||
      g_bytes_get_size (person->row.contact_secret) != LAN_KEY_BYTES)
    return NULL;
  return g_bytes_get_data (person->row.contact_secret, NULL);
}

LanCoreChannel *
lan_carry_channel_to (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  LanCoreChannel *active = person != NULL ? person->active : NULL;

  if (active == NULL || active->carry_met)
    return active;
  for (guint i = 0; i < person->channels->len; i++) {
    LanCoreChannel *channel = g_ptr_array_index (person->channels, i);

    if (channel->carry_met)
      return channel;
  }
  return NULL;
}

void
lan_carry_send_token (LanCore *core, LanCoreChannel *channel, LanFrameType type,
                      const LanMessageId *id, const guint8 *token)
{
  Lanyard__CarryToken body = LANYARD__CARRY_TOKEN__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  body.id = (ProtobufCBinaryData){ sizeof id->b, (guint8 *) id->b };
  body.token = (ProtobufCBinaryData){ LAN_CARRY_TAG_BYTES, (guint8 *) token };
  frame.body_case = (Lanyard__Frame__BodyCase) type;
  frame.carry_fetch = &body; /* of the three they are one member */
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

static void
send_hello (LanCore *core, LanCoreChannel *channel)
{
  const LanCarrierOf *carrier =
      g_hash_table_lookup (core->carry->carriers, &channel->person->row.account);
  Lanyard__CarryHello hello = LANYARD__CARRY_HELLO__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) prekey = NULL;

  if (lan_mail_keys_own (core, &prekey))
    lan_carry_note_event (core, LAN_CARRY_EVENT_KEYS, NULL);
  hello.carries = core->carry->on;
  hello.knows = carrier != NULL && carrier->carries;
  if (prekey != NULL)
    hello.prekey = (ProtobufCBinaryData){ g_bytes_get_size (prekey),
                                          (guint8 *) g_bytes_get_data (prekey, NULL) };
  frame.body_case = LANYARD__FRAME__BODY_CARRY_HELLO;
  frame.carry_hello = &hello;
  lan_core_send_frame (core, channel, &frame, LAN_SEND_CHAT);
}

void
lan_carry_greet_all (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((LanCoreChannel *) value)->carry_met)
      send_hello (core, value);
}

void
lan_carry_meet (LanCore *core, LanCoreChannel *channel)
{
  LanCorePerson *person = channel->person;
  LanCarrierOf *carrier;

  if (channel->carry_met || lan_core_is_me (core, person) || !lan_core_is_accepted (person) ||
      !person->accepted_us || lan_carry_secret_of (person) == NULL)
    return;
  channel->carry_met = TRUE;
  carrier = g_hash_table_lookup (core->carry->carriers, &person->row.account);
  if (carrier != NULL)
    carrier->tried_us = MAX (core->now.mono_us, 1);
  lan_carry_look_later (core);
  g_clear_pointer (&core->carry->tags, g_hash_table_unref);
  /* The hello last: with it the other has heard what there is, and may leave when that is done. */
  lan_carry_send_list (core, channel);
  lan_carry_send_receipts (core, channel);
  lan_carry_send_drops (core, channel);
  send_hello (core, channel);
}

/* Called when @channel is no longer among its person's. */
void
lan_carry_channel_down (LanCore *core, LanCoreChannel *channel)
{
  LanCarrierOf *carrier;

  if (channel->person == NULL)
    return;
  lan_carry_forget_wanted (core, channel);
  lan_carry_forget_pending (core, channel);
  carrier = g_hash_table_lookup (core->carry->carriers, &channel->person->row.account);
  if (carrier == NULL)
    return;
  /* Cut off before it was said: again. Not accepted by them: not before a while. */
  carrier->tried_us = channel->carry_met && !channel->carry_heard ? 0 : MAX (core->now.mono_us, 1);
  lan_core_want (core, channel->person);
}

static void
arm_all (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_carry_arm (core, value);
  lan_group_arm_all_letters (core);
}

void
lan_carry_take_key (LanCore *core, LanCorePerson *person, const LanDeviceId *id, const guint8 *data,
                    gsize len)
{
  const LanCoreDevice *device = lan_core_person_device (person, id);
  const LanCarryKey *known = g_hash_table_lookup (core->carry->keys, id);
  g_autofree char *hex = NULL;
  LanPrekey prekey;

  if (device == NULL || device->row.cert == NULL ||
      lan_prekey_verify (&prekey, device->cert.sign_public, data, len) != LAN_STATUS_OK ||
      !lan_device_id_equal (&prekey.device, id) ||
      lan_prekey_check_time (&prekey, core->now.wall_ms / 1000, LAN_MAIL_CLOCK_SLACK_S) !=
          LAN_STATUS_OK ||
      (known != NULL && known->prekey.id == prekey.id))
    return;
  put_key (core->carry, &prekey);
  hex = lan_device_id_to_hex (&prekey.device);
  lan_carry_keep_setting (core, g_strconcat (LAN_CARRY_KEY_SETTING, hex, NULL),
                          g_bytes_new (data, len));
}

void
lan_carry_on_hello (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryHello *hello)
{
  LanCarrierOf *carrier;
  gboolean carries = hello->carries != 0, knows = hello->knows != 0, is_news;

  lan_carry_meet (core, channel); /* who speaks of it knows that both have accepted */
  if (!channel->carry_met)
    return;
  channel->carry_heard = TRUE;
  if (hello->prekey.len > 0)
    lan_carry_take_key (core, channel->person, &channel->device, hello->prekey.data,
                        hello->prekey.len);
  carrier = g_hash_table_lookup (core->carry->carriers, &channel->person->row.account);
  if (carrier == NULL && !carries && !knows && !core->carry->on)
    return;
  carrier = lan_carry_carrier (core, &channel->person->row.account);
  is_news = carrier->carries != carries;
  if (is_news || carrier->knows != knows) {
    carrier->carries = carries;
    carrier->knows = knows;
    keep_carrier (core, carrier);
  }
  if (is_news)
    lan_carry_note_known (core, &carrier->account);
  carrier->met_us = MAX (core->now.mono_us, 1);
  carrier->full_until_us = 0;
  lan_core_want (core, channel->person);
  if (carrier->carries)
    arm_all (core);
}

/* It is on disk that @account carries, or does not: it hears that. */
void
lan_carry_known (LanCore *core, const LanAccountId *account)
{
  LanCoreChannel *channel = lan_carry_channel_to (core, account);

  if (channel != NULL)
    send_hello (core, channel);
}

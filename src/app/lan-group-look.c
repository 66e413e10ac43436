/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-group-look.h"

#include <glib/gi18n.h>

static const char *
name_of (LanPerson *person, gboolean begins)
{
  if (lan_person_is_self (person))
    return begins ? _ ("You") : _ ("you");
  return lan_person_get_name (person);
}

static char *
names_of (GPtrArray *people)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < people->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? _ (", ") : "",
                            name_of (people->pdata[i], FALSE));
  return g_string_free (names, FALSE);
}

static char *
role_sentence (const char *who, const char *whom, LanGroupChatRole role)
{
  switch (role) {
  case LAN_GROUP_CHAT_ROLE_OWNER:
    /* Translators: the first is who did it, the second who it was done to */
    return g_strdup_printf (_ ("%s made %s an owner"), who, whom);
  case LAN_GROUP_CHAT_ROLE_ADMINISTRATOR:
    return g_strdup_printf (_ ("%s made %s an administrator"), who, whom);
  case LAN_GROUP_CHAT_ROLE_MEMBER:
  case LAN_GROUP_CHAT_ROLE_NONE:
  default:
    return g_strdup_printf (_ ("%s made %s a member without further rights"), who, whom);
  }
}

static char *
text_sentence (LanGroupEvent event, const char *who, const char *text)
{
  if (event == LAN_GROUP_EVENT_RENAMED)
    return *text != '\0' ? g_strdup_printf (_ ("%s named the group “%s”"), who, text)
                         : g_strdup_printf (_ ("%s took the group's name away"), who);
  return *text != '\0' ? g_strdup_printf (_ ("%s set the topic: %s"), who, text)
                       : g_strdup_printf (_ ("%s took the topic away"), who);
}

/* What is done to nobody in particular. */
static char *
plain_sentence (LanGroupEvent event, const char *who)
{
  switch (event) {
  case LAN_GROUP_EVENT_LEFT:
    return g_strdup_printf (_ ("%s left"), who);
  case LAN_GROUP_EVENT_PICTURE:
    return g_strdup_printf (_ ("%s changed the picture"), who);
  case LAN_GROUP_EVENT_HISTORY_OPENED:
    return g_strdup_printf (_ ("%s lets newcomers read older messages"), who);
  case LAN_GROUP_EVENT_HISTORY_CLOSED:
    return g_strdup_printf (_ ("%s no longer lets newcomers read older messages"), who);
  case LAN_GROUP_EVENT_MADE_GROUP:
    return g_strdup_printf (_ ("%s made this a group"), who);
  case LAN_GROUP_EVENT_ENDED:
    return g_strdup_printf (_ ("%s ended this: nobody can write here any more"), who);
  default:
    return g_strdup (_ ("Needs a newer version to be shown"));
  }
}

char *
lan_group_look_event (LanMessage *message)
{
  const char *who = name_of (lan_message_get_author (message), TRUE);
  g_autofree char *whom = names_of (lan_message_get_event_people (message));
  LanGroupEvent event = lan_message_get_event (message);

  switch (event) {
  case LAN_GROUP_EVENT_CREATED:
    return g_strdup_printf (_ ("%s brought %s together here"), who, whom);
  case LAN_GROUP_EVENT_ADDED:
    return g_strdup_printf (_ ("%s added %s"), who, whom);
  case LAN_GROUP_EVENT_REMOVED:
    return g_strdup_printf (_ ("%s removed %s"), who, whom);
  case LAN_GROUP_EVENT_ROLE:
    return role_sentence (who, whom, (LanGroupChatRole) lan_message_get_event_role (message));
  case LAN_GROUP_EVENT_RENAMED:
  case LAN_GROUP_EVENT_TOPIC:
    return text_sentence (event, who, lan_message_get_text (message));
  default:
    return plain_sentence (event, who);
  }
}

char *
lan_group_look_line (LanGroupChat *group)
{
  guint n = lan_group_chat_get_members (group)->len;
  g_autofree char *members = g_strdup_printf (ngettext ("%u member", "%u members", n), n);
  const char *topic = lan_group_chat_get_topic (group);

  return *topic != '\0' ? g_strdup_printf ("%s · %s", members, topic) : g_steal_pointer (&members);
}

char *
lan_group_look_typing (LanGroupChat *group)
{
  GPtrArray *members = lan_group_chat_get_members (group);
  const char *names[2] = { NULL };
  guint n = 0;

  for (guint i = 0; i < members->len; i++) {
    const LanGroupChatMember *member = g_ptr_array_index (members, i);

    if (!member->typing)
      continue;
    if (n < G_N_ELEMENTS (names))
      names[n] = lan_person_get_name (member->person);
    n++;
  }
  if (n == 0)
    return NULL;
  if (n == 1)
    return g_strdup_printf (_ ("%s is typing…"), names[0]);
  if (n == 2)
    /* Translators: two people of a group */
    return g_strdup_printf (_ ("%s and %s are typing…"), names[0], names[1]);
  return g_strdup_printf (ngettext ("%u person is typing…", "%u people are typing…", n), n);
}

const char *
lan_group_look_role (LanGroupChatRole role)
{
  switch (role) {
  case LAN_GROUP_CHAT_ROLE_OWNER:
    return _ ("Owner");
  case LAN_GROUP_CHAT_ROLE_ADMINISTRATOR:
    return _ ("Administrator");
  case LAN_GROUP_CHAT_ROLE_MEMBER:
    return _ ("Member");
  case LAN_GROUP_CHAT_ROLE_NONE:
  default:
    return "";
  }
}

gboolean
lan_group_look_has_readers (LanMessage *message)
{
  return lan_person_get_group (lan_message_get_peer (message)) != NULL &&
         lan_message_get_own (message) && !lan_message_get_recalled (message) &&
         lan_message_get_kind (message) != LAN_MESSAGE_KIND_EVENT;
}

LanGroupReaders *
lan_group_look_sort_readers (LanMessage *message)
{
  LanGroupChat *group = lan_person_get_group (lan_message_get_peer (message));
  g_autoptr (GPtrArray) have = lan_group_chat_list_readers (group, message, FALSE);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  GPtrArray *members = lan_group_chat_get_members (group);
  LanGroupReaders *readers = g_new0 (LanGroupReaders, 1);

  readers->read = lan_group_chat_list_readers (group, message, TRUE);
  readers->delivered = g_ptr_array_new ();
  readers->waiting = g_ptr_array_new ();
  g_hash_table_add (known, lan_message_get_author (message));
  for (guint i = 0; i < readers->read->len; i++)
    g_hash_table_add (known, g_ptr_array_index (readers->read, i));
  for (guint i = 0; i < have->len; i++)
    if (g_hash_table_add (known, g_ptr_array_index (have, i)))
      g_ptr_array_add (readers->delivered, g_ptr_array_index (have, i));
  for (guint i = 0; i < members->len; i++) {
    LanPerson *person = ((LanGroupChatMember *) g_ptr_array_index (members, i))->person;

    if (g_hash_table_add (known, person))
      g_ptr_array_add (readers->waiting, person);
  }
  return readers;
}

void
lan_group_readers_free (LanGroupReaders *readers)
{
  g_ptr_array_unref (readers->read);
  g_ptr_array_unref (readers->delivered);
  g_ptr_array_unref (readers->waiting);
  g_free (readers);
}

char *
lan_group_look_share (LanMessage *message)
{
  g_autoptr (LanGroupReaders) readers = NULL;
  guint have, all;

  if (!lan_group_look_has_readers (message) ||
      lan_message_get_status (message) == LAN_MESSAGE_STATUS_FAILED)
    return NULL;
  readers = lan_group_look_sort_readers (message);
  have = readers->read->len + readers->delivered->len;
  all = have + readers->waiting->len;
  if (have == 0 || readers->read->len == all)
    return NULL; /* the icon says it */
  /* Translators: beside a message: so many of so many members have it */
  if (have < all)
    return g_strdup_printf (_ ("%u of %u"), have, all);
  /* Translators: beside a message: so many of so many members have read it */
  return readers->read->len > 0 ? g_strdup_printf (_ ("Read by %u of %u"), readers->read->len, all)
                                : NULL;
}

const char *
lan_group_look_closed (LanGroupChat *group)
{
  if (lan_group_chat_get_role (group) == LAN_GROUP_CHAT_ROLE_NONE)
    return _ ("You are no longer in this group");
  return lan_group_chat_get_ended (group) ? _ ("This has ended: nobody can write here any more")
                                          : NULL;
}

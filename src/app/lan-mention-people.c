/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-mention-people.h"

#include <glib/gi18n.h>

#define EVERYBODY "all"

/* The words for everybody, in each language that the other side may write in. */
static const char *const everybody[] = { "all", "所有人" };

static void
add_person (LanMentionPopup *popup, LanPerson *person)
{
  lan_mention_popup_add (popup, lan_person_get_name (person), lan_person_get_id (person));
}

static void
fill (LanMentionPopup *popup, gpointer user_data)
{
  LanPerson *person = user_data;
  LanGroupChat *group = lan_person_get_group (person);
  GPtrArray *members = group != NULL ? lan_group_chat_get_members (group) : NULL;

  if (group == NULL)
    add_person (popup, person);
  for (guint i = 0; members != NULL && i < members->len; i++)
    add_person (popup, ((LanGroupChatMember *) g_ptr_array_index (members, i))->person);
  /* Translators: behind an "@": everybody in the chat */
  lan_mention_popup_add (popup, _ ("all"), EVERYBODY);
  for (guint i = 0; i < G_N_ELEMENTS (everybody); i++) {
    if (!g_str_equal (everybody[i], _ ("all")))
      lan_mention_popup_add (popup, everybody[i], EVERYBODY);
  }
}

void
lan_mention_people_follow (LanMentionPopup *popup, LanPerson *person)
{
  lan_mention_popup_set_fill (popup, person != NULL ? fill : NULL,
                              person != NULL ? g_object_ref (person) : NULL,
                              person != NULL ? g_object_unref : NULL);
}

char **
lan_mention_people_names (LanNode *node, LanPerson *person)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  LanGroupChat *group = person != NULL ? lan_person_get_group (person) : NULL;
  GPtrArray *members = group != NULL ? lan_group_chat_get_members (group) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (everybody); i++)
    g_strv_builder_add (names, everybody[i]);
  g_strv_builder_add (names, lan_person_get_name (lan_node_get_self (node)));
  if (person != NULL && group == NULL)
    g_strv_builder_add (names, lan_person_get_name (person));
  for (guint i = 0; members != NULL && i < members->len; i++)
    g_strv_builder_add (
        names,
        lan_person_get_name (((LanGroupChatMember *) g_ptr_array_index (members, i))->person));
  return g_strv_builder_end (names);
}

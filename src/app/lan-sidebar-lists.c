/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The rows of the two lists: who is in them, in which order, under which heading.
 */
#include "lan-sidebar-private.h"

#include "lan-chat-row.h"
#include "lan-chat-text.h"
#include "lan-person-look.h"
#include "lan-person-row.h"
#include "lan-section.h"

#include <glib/gi18n.h>

LanPerson *
lan_sidebar_row_person (gpointer row)
{
  if (LAN_IS_CHAT_ROW (row))
    return lan_conversation_get_person (lan_chat_row_get_conversation (row));
  return lan_person_row_get_person (row);
}

static gboolean
is_searching (LanSidebar *self)
{
  return gtk_entry_get_text_length (self->search_entry) > 0;
}

static gboolean
filter_row (GtkListBoxRow *row, gpointer user_data)
{
  LanSidebar *self = user_data;
  LanPerson *person = lan_sidebar_row_person (row);

  if (!is_searching (self))
    return TRUE;
  return lan_chat_text_matches (lan_person_get_name (person),
                                gtk_entry_get_text (self->search_entry)) ||
         lan_chat_text_matches (lan_person_get_note (person),
                                gtk_entry_get_text (self->search_entry)) ||
         lan_chat_text_matches (lan_person_get_department (person),
                                gtk_entry_get_text (self->search_entry)) ||
         g_str_has_prefix (lan_person_get_id (person), gtk_entry_get_text (self->search_entry));
}

static int
compare_names (LanPerson *a, LanPerson *b)
{
  int order = (int) lan_person_get_favourite (b) - (int) lan_person_get_favourite (a);

  if (order == 0)
    order = g_utf8_collate (lan_person_get_name (a), lan_person_get_name (b));
  return order != 0 ? order : g_strcmp0 (lan_person_get_id (a), lan_person_get_id (b));
}

/* The parts of the list of chats, top to bottom: strangers who wrote, chats, people nearby. */
static int
chat_rank (gpointer row)
{
  if (!LAN_IS_CHAT_ROW (row))
    return 2;
  return lan_conversation_get_request (lan_chat_row_get_conversation (row)) ? 0 : 1;
}

static int
sort_chats (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  gint64 time_a, time_b;

  if (chat_rank (a) != chat_rank (b))
    return chat_rank (a) - chat_rank (b);
  if (!LAN_IS_CHAT_ROW (a))
    return compare_names (lan_sidebar_row_person (a), lan_sidebar_row_person (b));
  time_a = lan_conversation_get_last_time (lan_chat_row_get_conversation (LAN_CHAT_ROW (a)));
  time_b = lan_conversation_get_last_time (lan_chat_row_get_conversation (LAN_CHAT_ROW (b)));
  if (time_a != time_b)
    return time_a > time_b ? -1 : 1;
  return compare_names (lan_sidebar_row_person (a), lan_sidebar_row_person (b));
}

/* The parts of the list of people, top to bottom; the company's people stand by department. */
enum { RANK_REQUESTS, RANK_NEARBY, RANK_CONTACTS, RANK_COMPANY, RANK_BLOCKED };

static int
people_rank (LanPerson *person)
{
  if (lan_person_get_blocked (person))
    return RANK_BLOCKED;
  if (lan_person_get_request (person))
    return RANK_REQUESTS;
  if (lan_person_get_level (person) > 0)
    return RANK_COMPANY;
  return lan_person_get_online (person) ? RANK_NEARBY : RANK_CONTACTS;
}

/* Whoever is in no department stands behind all that are. */
static int
compare_departments (LanPerson *a, LanPerson *b)
{
  const char *in_a = lan_person_get_department (a);
  const char *in_b = lan_person_get_department (b);

  if ((*in_a == '\0') != (*in_b == '\0'))
    return *in_a == '\0' ? 1 : -1;
  return g_utf8_collate (in_a, in_b);
}

static int
sort_people (GtkListBoxRow *row_a, GtkListBoxRow *row_b, gpointer user_data)
{
  LanPerson *a = lan_sidebar_row_person (row_a);
  LanPerson *b = lan_sidebar_row_person (row_b);
  int order = people_rank (a) - people_rank (b);

  if (order == 0 && people_rank (a) == RANK_COMPANY)
    order = compare_departments (a, b);
  return order != 0 ? order : compare_names (a, b);
}

static void
head_chats (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  LanSidebar *self = user_data;

  int rank = chat_rank (row);
  const char *const titles[] = { _ ("Requests"), _ ("Chats"),
                                 is_searching (self) ? _ ("People") : _ ("Nearby") };
  gboolean starts = before == NULL || chat_rank (before) != rank;

  if (starts && (rank != 1 || before != NULL))
    lan_section_put (row, titles[rank],
                     rank == 2 ? (int) lan_list_keeper_count (self->nearby) : -1);
  else
    lan_section_put (row, NULL, -1);
}

int
lan_sidebar_count_people (LanSidebar *self, int rank)
{
  GListModel *model = lan_node_get_people (self->node);
  guint n = g_list_model_get_n_items (model);
  int count = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (model, i);

    count += people_rank (person) == rank;
  }
  return count;
}

static int
count_department (LanSidebar *self, const char *department)
{
  GListModel *model = lan_node_get_people (self->node);
  guint n = g_list_model_get_n_items (model);
  int count = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (model, i);

    count += people_rank (person) == RANK_COMPANY &&
             g_str_equal (lan_person_get_department (person), department);
  }
  return count;
}

static void
put_department (LanSidebar *self, GtkListBoxRow *row, LanPerson *person)
{
  g_autofree char *department = lan_person_look_department (person);

  lan_section_put (row, *department != '\0' ? department : _ ("In no department"),
                   count_department (self, lan_person_get_department (person)));
}

static void
head_people (GtkListBoxRow *row, GtkListBoxRow *row_before, gpointer user_data)
{
  LanSidebar *self = user_data;
  LanPerson *person = lan_sidebar_row_person (row);
  LanPerson *before = row_before != NULL ? lan_sidebar_row_person (row_before) : NULL;
  int rank = people_rank (person);
  const char *const titles[] = { _ ("Requests"), _ ("Nearby"), _ ("Contacts"), NULL,
                                 _ ("Blocked") };

  if (before != NULL && people_rank (before) == rank &&
      (rank != RANK_COMPANY || compare_departments (before, person) == 0))
    lan_section_put (row, NULL, -1);
  else if (rank == RANK_COMPANY)
    put_department (self, row, person);
  else
    lan_section_put (row, titles[rank], lan_sidebar_count_people (self, rank));
}

gboolean
lan_sidebar_wants_chat (gpointer object, gpointer user_data)
{
  LanPerson *person = lan_conversation_get_person (object);

  return !lan_person_get_blocked (person) && lan_person_get_merged_into (person) == NULL &&
         (lan_conversation_get_last_message (object) != NULL ||
          *lan_conversation_get_draft (object) != '\0');
}

static gboolean
has_chat (LanSidebar *self, LanPerson *person)
{
  GListModel *model = lan_node_get_conversations (self->node);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanConversation) conversation = g_list_model_get_item (model, i);

    if (lan_conversation_get_person (conversation) == person)
      return lan_sidebar_wants_chat (conversation, self);
  }
  return FALSE;
}

static gboolean
wants_nearby (gpointer object, gpointer user_data)
{
  LanSidebar *self = user_data;

  if (lan_person_get_blocked (object) || lan_person_get_merged_into (object) != NULL)
    return FALSE;
  /* A whole company is not nearby: its people stand under People. */
  if (lan_person_get_level (object) > 0 && !lan_person_get_accepted (object) &&
      !is_searching (self))
    return FALSE;
  return (lan_person_get_online (object) || is_searching (self)) && !has_chat (self, object);
}

static gboolean
wants_person (gpointer object, gpointer user_data)
{
  return lan_person_get_merged_into (object) == NULL;
}

static GtkWidget *
make_chat (gpointer object, gpointer user_data)
{
  return lan_chat_row_new (object);
}

static GtkWidget *
make_person (gpointer object, gpointer user_data)
{
  return lan_person_row_new (object);
}

void
lan_sidebar_make_chats (LanSidebar *self)
{
  self->nearby = lan_list_keeper_new (self->chats_list, lan_node_get_people (self->node),
                                      make_person, wants_nearby, self);
  self->chats = lan_list_keeper_new (self->chats_list, lan_node_get_conversations (self->node),
                                     make_chat, lan_sidebar_wants_chat, self);
  gtk_list_box_set_filter_func (self->chats_list, filter_row, self, NULL);
  gtk_list_box_set_sort_func (self->chats_list, sort_chats, self, NULL);
  gtk_list_box_set_header_func (self->chats_list, head_chats, self, NULL);
  gtk_list_box_set_filter_func (self->people_list, filter_row, self, NULL);
  gtk_list_box_set_sort_func (self->people_list, sort_people, self, NULL);
  gtk_list_box_set_header_func (self->people_list, head_people, self, NULL);
}

void
lan_sidebar_make_people (LanSidebar *self)
{
  self->people = lan_list_keeper_new (self->people_list, lan_node_get_people (self->node),
                                      make_person, wants_person, self);
}

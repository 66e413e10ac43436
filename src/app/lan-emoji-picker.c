/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-emoji-picker.h"

#include "lan-emoji-shelf.h"
#include "lan-sticker-page.h"

#include <glib/gi18n.h>

#define MAX_FOUND  80
#define N_PAGES    (1 + LAN_EMOJI_GROUPS) /* those used lately, and the groups */
#define EMOJI_TEXT "lan-emoji-text"
#define TONE_HAND  "✋"

struct _LanEmojiPicker {
  GtkPopover parent;
  LanNode *node;
  gboolean is_opening; /* and filled once when it is open */
  GtkEntry *entry;
  GtkContainer *groups;
  GtkToggleButton *pages[N_PAGES];
  GtkToggleButton *sticker_button; /* one more page, of another kind */
  GtkStack *stack;
  LanStickerPage *stickers;
  GtkScrolledWindow *scroller;
  GtkFlowBox *grid;
  GtkLabel *name_label;
  GtkButton *tone_button;
};

static guint picked_signal;
static guint sticker_signal;
static guint offer_signal;
static guint add_signal;

G_DEFINE_TYPE (LanEmojiPicker, lan_emoji_picker, GTK_TYPE_POPOVER)

static void
add_text (LanEmojiPicker *self, const char *text)
{
  const LanEmoji *emoji = lan_emoji_table_find (lan_emoji_shelf_get_table (), text);
  const char *name = emoji != NULL ? lan_emoji_shelf_get_name (emoji) : text;
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_container_add (GTK_CONTAINER (child), label);
  gtk_widget_set_tooltip_text (child, name);
  atk_object_set_name (gtk_widget_get_accessible (child), name);
  g_object_set_data_full (G_OBJECT (child), EMOJI_TEXT, g_strdup (text), g_free);
  gtk_widget_show_all (child);
  gtk_container_add (GTK_CONTAINER (self->grid), child);
}

static void
add_emoji (LanEmojiPicker *self, const LanEmoji *emoji)
{
  g_autofree char *text = lan_emoji_dup_toned (emoji, lan_emoji_shelf_get_tone (self->node));

  add_text (self, text);
}

static void
clear (LanEmojiPicker *self)
{
  gtk_container_foreach (GTK_CONTAINER (self->grid), (GtkCallback) (void *) gtk_widget_destroy,
                         NULL);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  gtk_label_set_text (self->name_label, "");
}

static void
fill_recent (LanEmojiPicker *self)
{
  g_auto (GStrv) recent = lan_emoji_shelf_dup_recent (self->node);

  for (guint i = 0; recent[i] != NULL; i++) {
    if (*recent[i] != '\0')
      add_text (self, recent[i]);
  }
}

static void
fill_group (LanEmojiPicker *self, LanEmojiGroup group)
{
  GPtrArray *all = lan_emoji_table_get_all (lan_emoji_shelf_get_table ());

  for (guint i = 0; i < all->len; i++) {
    const LanEmoji *emoji = g_ptr_array_index (all, i);

    if (emoji->group == group)
      add_emoji (self, emoji);
  }
}

static void
fill_found (LanEmojiPicker *self, const char *query)
{
  g_autoptr (GPtrArray) found =
      lan_emoji_table_search (lan_emoji_shelf_get_table (), query, MAX_FOUND);

  for (guint i = 0; i < found->len; i++)
    add_emoji (self, g_ptr_array_index (found, i));
  if (found->len == 0)
    gtk_label_set_text (self->name_label, _ ("No emoji is called that"));
  else
    gtk_flow_box_select_child (self->grid, gtk_flow_box_get_child_at_index (self->grid, 0));
}

static gboolean
shows_stickers (LanEmojiPicker *self)
{
  return gtk_toggle_button_get_active (self->sticker_button);
}

static void
fill_stickers (LanEmojiPicker *self, const char *query)
{
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->stickers));
  gtk_widget_hide (GTK_WIDGET (self->tone_button));
  gtk_widget_set_sensitive (GTK_WIDGET (self->groups), TRUE);
  lan_sticker_page_show (self->stickers, self->node, query);
}

static void
fill (LanEmojiPicker *self)
{
  g_autofree char *query = g_strstrip (g_strdup (gtk_entry_get_text (self->entry)));

  clear (self);
  if (shows_stickers (self)) {
    fill_stickers (self, query);
    return;
  }
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->scroller));
  gtk_widget_show (GTK_WIDGET (self->tone_button));
  gtk_widget_set_sensitive (GTK_WIDGET (self->groups), *query == '\0');
  if (*query != '\0') {
    fill_found (self, query);
    return;
  }
  for (int i = 0; i < N_PAGES; i++) {
    if (!gtk_toggle_button_get_active (self->pages[i]))
      continue;
    if (i == 0)
      fill_recent (self);
    else
      fill_group (self, (LanEmojiGroup) (i - 1));
  }
}

static void
update_tone (LanEmojiPicker *self)
{
  static const char *const names[LAN_EMOJI_TONES] = {
    N_ ("Skin tone: none"),   N_ ("Skin tone: light"),       N_ ("Skin tone: medium light"),
    N_ ("Skin tone: medium"), N_ ("Skin tone: medium dark"), N_ ("Skin tone: dark"),
  };
  guint tone = lan_emoji_shelf_get_tone (self->node);
  const LanEmoji *hand = lan_emoji_table_find (lan_emoji_shelf_get_table (), TONE_HAND);
  g_autofree char *text = hand != NULL ? lan_emoji_dup_toned (hand, tone) : g_strdup (TONE_HAND);

  gtk_button_set_label (self->tone_button, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->tone_button), _ (names[tone]));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->tone_button)), _ (names[tone]));
}

static void
on_tone (LanEmojiPicker *self)
{
  lan_emoji_shelf_set_tone (self->node,
                            (lan_emoji_shelf_get_tone (self->node) + 1) % LAN_EMOJI_TONES);
  update_tone (self);
  fill (self);
}

static void
on_search (LanEmojiPicker *self)
{
  if (!self->is_opening)
    fill (self);
}

/* Of the two that change, the one that is let go says nothing. */
static void
on_group (LanEmojiPicker *self, GtkToggleButton *button)
{
  if (!self->is_opening && gtk_toggle_button_get_active (button))
    fill (self);
}

static void
on_selected (LanEmojiPicker *self)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (self->grid);
  g_autofree char *name =
      chosen != NULL ? gtk_widget_get_tooltip_text (GTK_WIDGET (chosen->data)) : NULL;

  gtk_label_set_text (self->name_label, name != NULL ? name : "");
}

static void
on_chosen (LanEmojiPicker *self, GtkFlowBoxChild *child)
{
  g_autofree char *text = g_strdup (g_object_get_data (G_OBJECT (child), EMOJI_TEXT));

  lan_emoji_shelf_note (self->node, text);
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, picked_signal, 0, text);
}

static void
on_entry_activate (LanEmojiPicker *self)
{
  GtkFlowBoxChild *first = gtk_flow_box_get_child_at_index (self->grid, 0);

  if (shows_stickers (self) && *gtk_entry_get_text (self->entry) != '\0')
    lan_sticker_page_choose_first (self->stickers);
  else if (first != NULL && *gtk_entry_get_text (self->entry) != '\0')
    on_chosen (self, first);
}

/* Down goes from what one looks for into what was found; letters go back to it. */
static gboolean
on_key_press (LanEmojiPicker *self, GdkEventKey *event)
{
  GtkFlowBoxChild *first = gtk_flow_box_get_child_at_index (self->grid, 0);
  gboolean in_entry = gtk_widget_has_focus (GTK_WIDGET (self->entry));

  if (in_entry && event->keyval == GDK_KEY_Down && shows_stickers (self))
    return lan_sticker_page_focus (self->stickers);
  if (in_entry && event->keyval == GDK_KEY_Down && first != NULL) {
    gtk_flow_box_select_child (self->grid, first);
    gtk_widget_grab_focus (GTK_WIDGET (first));
    return TRUE;
  }
  if (in_entry || event->keyval == GDK_KEY_space || event->keyval == GDK_KEY_Delete)
    return FALSE;
  return gtk_search_entry_handle_event (GTK_SEARCH_ENTRY (self->entry), (GdkEvent *) event);
}

/* --- stickers --- */

static void
on_sticker (LanEmojiPicker *self, LanSticker *sticker)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, sticker_signal, 0, sticker);
}

static void
on_offer (LanEmojiPicker *self, const char *set)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, offer_signal, 0, set);
}

static void
on_add_sticker (LanEmojiPicker *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, add_signal, 0);
}

static void
on_sticker_named (LanEmojiPicker *self, const char *name)
{
  gtk_label_set_text (self->name_label, name);
}

void
lan_emoji_picker_allow_stickers (LanEmojiPicker *self)
{
  gtk_widget_show (GTK_WIDGET (self->sticker_button));
}

void
lan_emoji_picker_open (LanEmojiPicker *self)
{
  g_auto (GStrv) recent = lan_emoji_shelf_dup_recent (self->node);
  gboolean has_recent = recent[0] != NULL && *recent[0] != '\0';

  self->is_opening = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->pages[0]), has_recent);
  if (!shows_stickers (self)) /* who sends stickers goes on with that */
    gtk_toggle_button_set_active (self->pages[has_recent ? 0 : 1], TRUE);
  gtk_entry_set_text (self->entry, "");
  self->is_opening = FALSE;
  fill (self);
  gtk_popover_popup (GTK_POPOVER (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
dispose (GObject *object)
{
  g_clear_object (&LAN_EMOJI_PICKER (object)->node);
  G_OBJECT_CLASS (lan_emoji_picker_parent_class)->dispose (object);
}

static void
lan_emoji_picker_class_init (LanEmojiPickerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  picked_signal = g_signal_new ("picked", LAN_TYPE_EMOJI_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  sticker_signal = g_signal_new ("sticker", LAN_TYPE_EMOJI_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, LAN_TYPE_STICKER);
  offer_signal = g_signal_new ("offer-stickers", LAN_TYPE_EMOJI_PICKER, G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  add_signal = g_signal_new ("add-sticker", LAN_TYPE_EMOJI_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                             NULL, G_TYPE_NONE, 0);
  g_type_ensure (LAN_TYPE_STICKER_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/emoji-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, entry);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, groups);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, scroller);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, grid);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, tone_button);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, sticker_button);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, stack);
  gtk_widget_class_bind_template_child (widget_class, LanEmojiPicker, stickers);
  gtk_widget_class_bind_template_callback (widget_class, on_sticker);
  gtk_widget_class_bind_template_callback (widget_class, on_offer);
  gtk_widget_class_bind_template_callback (widget_class, on_add_sticker);
  gtk_widget_class_bind_template_callback (widget_class, on_sticker_named);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_group);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_tone);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
lan_emoji_picker_init (LanEmojiPicker *self)
{
  g_autoptr (GList) pages = NULL;
  int n = 0;

  self->is_opening = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  pages = gtk_container_get_children (self->groups);
  for (GList *l = pages; l != NULL && n < N_PAGES; l = l->next)
    self->pages[n++] = l->data;
}

GtkWidget *
lan_emoji_picker_new (GtkWidget *relative_to, LanNode *node)
{
  LanEmojiPicker *self = g_object_new (LAN_TYPE_EMOJI_PICKER, "relative-to", relative_to,
                                       "position", GTK_POS_TOP, NULL);

  self->node = g_object_ref (node);
  update_tone (self);
  return GTK_WIDGET (self);
}

namespace Votes.LoadTest.Publishing;

/// <summary>A message sent and not yet confirmed: enough to send the same bytes again.</summary>
/// <param name="Index">The message's index in the plan.</param>
/// <param name="CastAt">The time that its body carries.</param>
internal readonly record struct Unconfirmed(long Index, DateTimeOffset CastAt);

using Votes.Ingest.DeadLetters;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class WaitingLettersTests
{
    private readonly WaitingLetters _letters = new();

    [Fact]
    public async Task Letters_of_channels_that_are_lost_do_not_pile_up_and_the_others_stay_in_order()
    {
        var kept = Add(3);
        for (var lost = 0; lost < 10; lost++)
        {
            foreach (var letter in Add(WaitingLetters.FirstLook / 2))
            {
                letter.Batch.Generation.Retire();
            }
        }

        Assert.InRange(_letters.Count, 3, WaitingLetters.FirstLook);
        var left = new List<DeadLetter>();
        while (_letters.Count > 0)
        {
            left.Add(await _letters.TakeAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(kept, left.Where(letter => !letter.Batch.Generation.IsRetired));
    }

    [Fact]
    public void Letters_of_channels_that_live_are_all_kept()
    {
        Add(5 * WaitingLetters.FirstLook);

        Assert.Equal(5 * WaitingLetters.FirstLook, _letters.Count);
    }

    private DeadLetter[] Add(int letters)
    {
        var added = Enumerable.Range(0, letters).Select(_ => RefusedLettersTests.Letter()).ToArray();
        foreach (var letter in added)
        {
            _letters.Add(letter);
        }

        return added;
    }
}

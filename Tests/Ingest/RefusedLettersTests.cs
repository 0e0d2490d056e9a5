using RabbitMQ.Client;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class RefusedLettersTests
{
    private readonly RefusedLetters _letters = new();

    [Fact]
    public void Only_the_letter_that_is_refused_alone_goes_bare()
    {
        var (first, second) = (Letter(), Letter());
        _letters.Suspect(first);
        _letters.Suspect(second);

        AssertNext(first, isBare: false);
        _letters.Acquit();
        AssertNext(second, isBare: false);
        Assert.False(_letters.Blame());
        AssertNext(second, isBare: true);
        _letters.Acquit();

        Assert.False(_letters.TryGetNext(out _));
        Assert.Equal(0, _letters.Held);
    }

    [Fact]
    public void Letter_that_is_refused_even_bare_is_held_and_holds_up_no_other()
    {
        var (bad, good) = (Letter(), Letter());
        _letters.Suspect(bad);
        _letters.Suspect(good);
        AssertNext(bad, isBare: false).Blame();
        Assert.True(AssertNext(bad, isBare: true).Blame());

        Assert.Equal(1, _letters.Held);
        AssertNext(good, isBare: false);
    }

    [Fact]
    public void Letter_that_is_held_is_tried_again_and_told_of_once()
    {
        var bad = Letter();
        _letters.Suspect(bad);
        AssertNext(bad, isBare: false).Blame();
        Assert.True(AssertNext(bad, isBare: true).Blame());

        Assert.True(_letters.TryAgain());
        Assert.False(_letters.TryAgain());
        Assert.False(AssertNext(bad, isBare: true).Blame());
        Assert.Equal(1, _letters.Held);

        Assert.True(_letters.TryAgain());
        AssertNext(bad, isBare: true);
        _letters.Acquit();
        Assert.Equal(0, _letters.Held);
    }

    private RefusedLetters AssertNext(DeadLetter letter, bool isBare)
    {
        Assert.True(_letters.TryGetNext(out var next));
        Assert.Equal((letter, isBare), next.Value);
        return _letters;
    }

    private static DeadLetter Letter()
    {
        var batch = new DeliveryBatch(new Generation(1, static _ => { }), 1, 0);
        batch.Add(1, new BasicProperties(), "body"u8, new Poison("not_json", "", ""));
        batch.Close();
        return new DeadLetter(batch, 0, batch.Poison[0].Poison);
    }
}

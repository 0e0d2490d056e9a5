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
    public void Letter_that_is_held_is_tried_again_once_a_round_and_told_of_once()
    {
        var bad = Hold();

        Assert.False(_letters.TryGetNext(out _));
        _letters.BeginRound();
        Assert.False(AssertNext(bad, isBare: true).Blame());
        Assert.Equal(1, _letters.Held);
        Assert.False(_letters.TryGetNext(out _));

        _letters.BeginRound();
        AssertNext(bad, isBare: true);
        Assert.Equal(1, _letters.Held);
        _letters.Acquit();
        Assert.Equal(0, _letters.Held);
    }

    [Fact]
    public void Round_tries_all_letters_that_are_held_while_some_are_taken()
    {
        var held = Enumerable.Range(0, 20).Select(_ => Hold()).ToArray();
        _letters.BeginRound();
        for (var i = 0; i < held.Length; i++)
        {
            AssertNext(held[i], isBare: true);
            if (i % RefusedLetters.RefusalsThatEndRound == 0)
            {
                _letters.Acquit();
            }
            else
            {
                _letters.Blame();
            }
        }

        Assert.False(_letters.TryGetNext(out _));
        Assert.Equal(15, _letters.Held);
    }

    [Fact]
    public void Round_ends_when_one_letter_after_the_other_is_refused_and_the_next_one_goes_on_behind_them()
    {
        var held = Enumerable.Range(0, 6).Select(_ => Hold()).ToArray();
        _letters.BeginRound();
        for (var i = 0; i < RefusedLetters.RefusalsThatEndRound; i++)
        {
            AssertNext(held[i], isBare: true).Blame();
        }

        Assert.False(_letters.TryGetNext(out _));
        Assert.Equal(6, _letters.Held);
        _letters.BeginRound();
        AssertNext(held[4], isBare: true);
    }

    [Fact]
    public void Letter_under_suspicion_goes_before_those_that_are_held()
    {
        var held = Hold();
        var suspect = Letter();
        _letters.BeginRound();
        _letters.Suspect(suspect);

        AssertNext(suspect, isBare: false).Acquit();
        AssertNext(held, isBare: true);
    }

    [Fact]
    public void Letters_of_a_channel_that_is_lost_are_let_go_of_and_the_others_kept()
    {
        var lost = Hold();
        var kept = Hold();
        var suspect = Letter();
        _letters.Suspect(suspect);
        _letters.BeginRound();
        lost.Batch.Generation.Retire();
        suspect.Batch.Generation.Retire();

        _letters.DropRetired();

        Assert.Equal(1, _letters.Held);
        AssertNext(kept, isBare: true).Acquit();
        Assert.False(_letters.TryGetNext(out _));
    }

    private DeadLetter Hold()
    {
        var letter = Letter();
        _letters.Suspect(letter);
        AssertNext(letter, isBare: false).Blame();
        Assert.True(AssertNext(letter, isBare: true).Blame());
        return letter;
    }

    private RefusedLetters AssertNext(DeadLetter letter, bool isBare)
    {
        Assert.True(_letters.TryGetNext(out var next));
        Assert.Equal((letter, isBare), next.Value);
        return _letters;
    }

    internal static DeadLetter Letter()
    {
        var batch = new DeliveryBatch(new Generation(1, static _ => { }), 1, 0);
        batch.Add(1, new BasicProperties(), "body"u8, new Poison("not_json", "", ""));
        batch.Close();
        return new DeadLetter(batch, 0, batch.Poison[0].Poison);
    }
}

using Votes.Grains.Board;
using Xunit;

namespace Votes.Tests.Grains.Board;

public sealed class BusyLawsTests
{
    private const int MaxLaws = 3;

    private readonly BusyLaws _board = new(MaxLaws);

    [Fact]
    public void The_busiest_law_comes_first_and_the_silos_add_up()
    {
        Tell("a", 1, counted: 30, lately: 30, new MovedLaw("quiet", 10, 1, 10), new MovedLaw("busy", 20, 1, 20));
        Tell("b", 1, counted: 40, lately: 40, new MovedLaw("busiest", 140, 9, 40));

        var view = _board.View(2, At(1));

        Assert.Equal([new BoardLaw("busiest", 140, 4), new BoardLaw("busy", 20, 2)], view.Laws);
        Assert.Equal(7, view.VotesPerSecond);
        Assert.Equal([3, 4], view.Silos.Select(static silo => silo.VotesPerSecond));
    }

    [Fact]
    public void What_a_lost_event_told_the_next_one_makes_up_for()
    {
        Tell("a", 1, counted: 10, lately: 10, new MovedLaw("law", 10, 1, 10));

        // An event of 20 votes is lost.
        Tell("a", 2, counted: 60, lately: 30, new MovedLaw("law", 60, 3, 30));

        var view = _board.View(1, At(2));
        Assert.Equal(6, view.VotesPerSecond);
        Assert.Equal([new BoardLaw("law", 60, 6)], view.Laws);
    }

    [Fact]
    public void An_event_that_comes_twice_or_late_changes_nothing()
    {
        Tell("a", 1, counted: 60, lately: 60, new MovedLaw("law", 60, 3, 60));
        Tell("a", 1, counted: 60, lately: 60, new MovedLaw("law", 60, 3, 60));
        Tell("a", 2, counted: 20, lately: 20, new MovedLaw("law", 20, 2, 20));

        var view = _board.View(1, At(2));
        Assert.Equal(6, view.VotesPerSecond);
        Assert.Equal([new BoardLaw("law", 60, 6)], view.Laws);
    }

    [Fact]
    public void The_board_holds_so_many_laws_and_lets_those_go_that_moved_first()
    {
        for (var law = 1; law <= 5; law++)
        {
            Tell("a", law, counted: law, lately: 1, new MovedLaw($"law {law}", 1, 1, 1));
        }

        Assert.Equal(["law 5", "law 4", "law 3"], _board.LawIds);
    }

    [Fact]
    public void Totals_from_the_database_correct_those_on_the_board_and_make_no_rate()
    {
        Tell("a", 1, counted: 10, lately: 10, new MovedLaw("law", 10, 1, 10));
        _board.Synced("law", 500, 7);
        _board.Synced("other", 30, 2);
        _board.Synced("law", 400, 6);

        Assert.Equal(
            [new BoardLaw("law", 500, 1), new BoardLaw("other", 30, 0)], _board.View(9, At(1)).Laws);
        Assert.Equal(["law", "other"], _board.LawIds);
    }

    [Fact]
    public void A_silo_that_is_silent_for_ten_seconds_is_left_out()
    {
        Tell("a", 1, counted: 10, lately: 10);
        Tell("b", 11, counted: 10, lately: 10);

        Assert.Equal(["a", "b"], _board.View(0, At(11)).Silos.Select(static silo => silo.Silo));
        Assert.Equal(["b"], _board.View(0, At(12)).Silos.Select(static silo => silo.Silo));
    }

    private static TimeSpan At(int second) => TimeSpan.FromSeconds(second);

    private void Tell(string silo, int second, long counted, long lately, params MovedLaw[] laws) =>
        _board.Moved(new TalliesMoved(silo, counted, lately, 0, TimeSpan.Zero, laws), At(second));
}

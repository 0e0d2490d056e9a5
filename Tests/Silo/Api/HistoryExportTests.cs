using Votes.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Api;

public sealed class HistoryExportTests
{
    [Fact]
    public void Each_step_and_choice_is_a_row_with_its_votes_and_its_total()
    {
        var noon = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var history = new HistoryView(
            "law", noon, noon.AddMinutes(2), 60, ["no", "yes"], [1, 10],
            [new(noon.AddMinutes(1), 3, [1, 13]), new(noon.AddMinutes(2), 2, [2, 14])]);

        Assert.Equal(
            [
                ["law", noon.AddMinutes(1), "no", 0L, 1L],
                ["law", noon.AddMinutes(1), "yes", 3L, 13L],
                ["law", noon.AddMinutes(2), "no", 1L, 2L],
                ["law", noon.AddMinutes(2), "yes", 1L, 14L],
            ],
            HistoryExport.Rows(history));
    }
}

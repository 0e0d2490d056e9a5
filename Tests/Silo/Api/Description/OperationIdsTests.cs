using Votes.Silo.Api.Description;
using Xunit;

namespace Votes.Tests.Silo.Api.Description;

public sealed class OperationIdsTests
{
    [Theory]
    [InlineData("GET", "api/laws", "listLaws")]
    [InlineData("POST", "/api/laws", "createLaw")]
    [InlineData("GET", "/api/laws/{id}", "getLaw")]
    [InlineData("GET", "/api/laws/{id}/tally", "getLawTally")]
    [InlineData("GET", "/api/laws/{id}/export.csv", "getLawExportCsv")]
    [InlineData("GET", "/api/laws/{id}/live", "watchLaw")]
    [InlineData("GET", "/api/ops/log", "getOpsLog")]
    [InlineData("POST", "/api/ops/dead-letters/replay", "replayOpsDeadLetters")]
    public void A_route_has_a_name_that_a_method_can_have(string method, string path, string name) =>
        Assert.Equal(name, OperationIds.Of(method, path));
}

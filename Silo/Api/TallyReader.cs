using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Votes.Grains.Interfaces;

namespace Votes.Silo.Api;

/// <summary>Asks laws' grains, wherever in the cluster they are, for their totals.</summary>
public sealed class TallyReader(IGrainFactory grains, IOptions<JsonOptions> json)
{
    private const int TagBytes = 6;

    /// <summary>A law's totals from its grain's memory. Only for laws that exist: see <see cref="KnownLaws"/>.</summary>
    /// <returns>Null where the grain knows of no such law: it was deleted, or was registered a moment ago.</returns>
    public async Task<TallyView?> ReadAsync(string lawId, CancellationToken cancellationToken) =>
        await grains.GetGrain<ILawTallyGrain>(lawId).GetTallyAsync(cancellationToken) is { Status: not LawStatus.Unknown } tally
            ? TallyView.Of(tally)
            : null;

    /// <summary>A law's totals as <see cref="ReadAsync"/> gives them, and lets a watcher know of changes for a minute.</summary>
    public async Task<TallyView> WatchAsync(string lawId, ITallyWatcher watcher, CancellationToken cancellationToken) =>
        TallyView.Of(await grains.GetGrain<ILawTallyGrain>(lawId).WatchAsync(watcher, cancellationToken));

    /// <summary>A watcher as grains reach it. The watcher itself is the caller's to keep.</summary>
    public ITallyWatcher ReferenceTo(ITallyWatcher watcher) => grains.CreateObjectReference<ITallyWatcher>(watcher);

    /// <summary>Lets a watcher go. Not waited for: a grain that does not hear of it forgets the watcher by itself.</summary>
    public void Forget(string lawId, ITallyWatcher reference)
    {
        grains.GetGrain<ILawTallyGrain>(lawId).UnwatchAsync(reference).Ignore();
        grains.DeleteObjectReference<ITallyWatcher>(reference);
    }

    /// <summary>The tally as it is sent.</summary>
    public byte[] ToJson(TallyView tally) => JsonSerializer.SerializeToUtf8Bytes(tally, json.Value.SerializerOptions);

    /// <summary>
    /// The answer's entity tag: the version, and a digest of what can change beside it (pending votes, the status). Weak, as
    /// the time of reading is left out.
    /// </summary>
    public EntityTagHeaderValue TagOf(TallyView tally)
    {
        var digest = SHA256.HashData(ToJson(tally with { AsOf = default })).AsSpan(0, TagBytes);
        return new EntityTagHeaderValue($"\"{tally.Version}-{Convert.ToHexStringLower(digest)}\"", isWeak: true);
    }
}

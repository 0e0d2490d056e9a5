using Microsoft.Net.Http.Headers;

namespace Votes.Silo.Pages;

/// <summary>A file that the silo serves to browsers.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">What they are.</param>
/// <param name="Tag">A hash of them: the same at all silos that serve the same file.</param>
public sealed record PageFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag);

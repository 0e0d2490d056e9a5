namespace Votes.Grains.Interfaces;

/// <summary>Why a text cannot be a law id or a choice.</summary>
/// <param name="Code">A code that dead letters carry as their reason.</param>
/// <param name="Detail">One sentence, which does not quote the text.</param>
public readonly record struct TextFault(string Code, string Detail);

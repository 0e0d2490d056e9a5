using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Votes.Tests")]
